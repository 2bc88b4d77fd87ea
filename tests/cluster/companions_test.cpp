// SPDX-License-Identifier: Apache-2.0
#include <companions.h>
#include <tests/cluster/controller_fixture.h>
#include <tests/cluster/images.h>
#include <troupe/cluster/config_table.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

using op = config_operation;

new_topic of_kind(std::string name, std::string kind) {
  auto x = named(std::move(name));
  x.configs = {{"troupe.kind", std::move(kind)}};
  return x;
}

/// A topic "t" of that kind with all that belongs to it, on one of two nodes.
image_ptr image_with(const std::string& kind) {
  auto image = nodes(2);
  auto made = fresh().create_topic(*image, of_kind("t", kind));
  REQUIRE(made.verdict.ok());
  return after(image, made.records);
}

} // namespace

TEST_CASE("create topic: a delayed one has its inbox beside it") {
  auto image = nodes(3);
  auto asked = of_kind("t", "delayed");
  asked.num_partitions = 2;
  asked.replication_factor = 2;
  asked.configs.emplace_back("retention.ms", "5");
  asked.configs.emplace_back("max.message.bytes", "77");
  auto made = fresh().create_topic(*image, asked);
  REQUIRE(made.verdict.ok());
  image = after(image, made.records);
  const auto* topic = image->find("t");
  const auto* inbox = image->find("__troupe.inbox.t");
  REQUIRE(topic != nullptr);
  REQUIRE(inbox != nullptr);
  CHECK(topic->id != inbox->id);
  CHECK(inbox->partitions == topic->partitions);
  CHECK(inbox->configs
        == config_map{{"cleanup.policy", "delete"},
                      {"max.message.bytes", "77"},
                      {"retention.bytes", "-1"},
                      {"retention.ms", "-1"}});
  CHECK(make_log_config(topic->configs, *image, 0, {}).retention_ms == 5);
  CHECK(make_log_config(topic->configs, *image, 0, {}).max_message_bytes
        > 1'000'000'000);
}

TEST_CASE("create topic: both topics of a delayed one count as partitions") {
  broker_config config;
  config.partitions_max = 3;
  auto asked = of_kind("t", "delayed");
  asked.num_partitions = 2;
  CHECK(creating(nodes(1), asked, config) == refusal::policy_violation);
  asked.num_partitions = 1;
  CHECK(creating(nodes(1), asked, config) == refusal::none);
}

TEST_CASE("companions: they change and go with their topic") {
  auto image = image_with("delayed");
  auto by = fresh();
  config_alteration change;
  change.topic = "t";
  change.changes = {{"max.message.bytes", op::set, "99"}};
  image = after(image, by.alter_configs(*image, change).records);
  CHECK(image->find("__troupe.inbox.t")->configs.at("max.message.bytes")
        == "99");
  image = after(image, by.create_partitions(*image, {"t", 3, {}}).records);
  CHECK(image->find("t")->partitions.size() == 3);
  CHECK(image->find("__troupe.inbox.t")->partitions
        == image->find("t")->partitions);
  image = after(image, by.delete_topic(*image, {"t", {}}).records);
  CHECK(image->topics.empty());
}

TEST_CASE("companions: they move with their topic") {
  auto image = image_with("delayed");
  auto here = image->find("t")->partitions[0].replicas;
  std::vector<node_id> there{here[0] == 0 ? 10 : 0};
  auto moved = fresh().alter_reassignment(*image, {{"t", 0}, there});
  REQUIRE(moved.verdict.ok());
  image = after(image, moved.records);
  CHECK(image->find("t")->partitions[0].adding == there);
  CHECK(image->find("__troupe.inbox.t")->partitions[0].adding == there);
  image =
      after(image, fresh().alter_reassignment(*image, {{"t", 0}, {}}).records);
  CHECK(image->find("__troupe.inbox.t")->partitions[0].adding.empty());
}

TEST_CASE("companions: those at rest leave room for others to move") {
  auto x = of_kind("t", "delayed");
  x.num_partitions = 30;
  auto image = nodes(2);
  image = after(image, fresh().create_topic(*image, x).records);
  image = after(image, fresh().drain_node(*image, 10).records);
  broker_config config;
  config.cluster.moving_partitions_max = 3;
  image = after(image, fresh(config).move_partitions(*image).records);
  CHECK_FALSE(moving_partitions(*image).empty());
}

TEST_CASE("companions: nobody changes one on its own") {
  auto image = image_with("delayed");
  auto by = fresh();
  const std::string inbox = "__troupe.inbox.t";
  config_alteration change;
  change.topic = inbox;
  change.changes = {{"retention.ms", op::set, "1"}};
  CHECK(why(by.alter_configs(*image, change)) == refusal::invalid_request);
  CHECK(why(by.create_partitions(*image, {inbox, 3, {}}))
        == refusal::invalid_request);
  CHECK(why(by.delete_topic(*image, {inbox, {}})) == refusal::invalid_request);
  CHECK(why(by.delete_topic(*image, {{}, image->find(inbox)->id}))
        == refusal::invalid_request);
  CHECK(why(by.alter_reassignment(*image, {{inbox, 0}, {{0}}}))
        == refusal::invalid_request);
}

TEST_CASE("companions: a queue has three, all on the same nodes") {
  auto image = image_with("queue");
  const auto& partitions = image->find("t")->partitions;
  for (const auto* name : {"__troupe.inbox.t", "t.acks", "t.dead"}) {
    REQUIRE(image->find(name) != nullptr);
    CHECK(image->find(name)->partitions == partitions);
    CHECK(is_companion(*image, name));
  }
  CHECK_FALSE(is_companion(*image, "t"));
  auto acks = make_log_config(image->find("t.acks")->configs, *image, 0, {});
  CHECK(acks.retention_ms == -1);
  auto dead = make_log_config(image->find("t.dead")->configs, *image, 0, {});
  CHECK(dead.retention_ms > 0);
  CHECK(dead.max_message_bytes > 1'000'000'000);
  auto deleted = fresh().delete_topic(*image, {"t", {}});
  CHECK(after(image, deleted.records)->topics.empty());
}

TEST_CASE("companions: a name like theirs is theirs beside a queue only") {
  auto image = image_with("queue");
  for (const auto* name : {"t.acks", "t.dead"}) {
    CHECK(why(fresh().delete_topic(*image, {name, {}}))
          == refusal::invalid_request);
    CHECK(why(fresh().create_partitions(*image, {name, 3, {}}))
          == refusal::invalid_request);
  }
  auto plain = nodes(1);
  auto by = fresh();
  created(by, plain, named("t"));
  created(by, plain, named("t.acks"));
  CHECK_FALSE(is_companion(*plain, "t.acks"));
  CHECK(by.delete_topic(*plain, {"t.acks", {}}).verdict.ok());
}

TEST_CASE("companions: how long dead letters are kept is for people to say") {
  auto image = image_with("queue");
  config_alteration change;
  change.changes = {{"retention.ms", op::set, "1"}};
  change.topic = "t.acks";
  CHECK(why(fresh().alter_configs(*image, change)) == refusal::invalid_request);
  change.topic = "t.dead";
  CHECK(fresh().alter_configs(*image, change).verdict.ok());
  // And is not touched when the queue's configuration changes.
  change.topic = "t";
  CHECK(fresh().alter_configs(*image, change).records.size() == 3);
}

TEST_CASE("create topic: what a queue needs for itself must be free") {
  auto image = nodes(1);
  auto by = fresh();
  created(by, image, named("t.dead"));
  CHECK(creating(image, of_kind("t", "queue")) == refusal::topic_exists);
  CHECK(creating(image, of_kind("t", "delayed")) == refusal::none);
}
