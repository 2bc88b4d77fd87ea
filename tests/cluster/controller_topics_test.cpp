// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/images.h>
#include <troupe/cluster/controller.h>

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <set>
#include <string>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

constexpr uint64_t seed = 42;

controller fresh(broker_config config = {}) {
  return {std::move(config), seed};
}

image_ptr nodes(int count) {
  metadata_delta delta;
  for (int i = 0; i < count; ++i)
    delta.emplace_back(node(i * 10));
  return image_of(delta);
}

new_topic named(std::string name) {
  new_topic x;
  x.name = std::move(name);
  return x;
}

new_topic
assigned(std::vector<std::pair<int32_t, std::vector<node_id>>> assignments) {
  auto x = named("t");
  x.assignments = std::move(assignments);
  return x;
}

refusal why(const outcome& x) {
  // A refusal says why and carries nothing out.
  CHECK(x.verdict.message.empty() == x.verdict.ok());
  if (!x.verdict.ok())
    CHECK(x.records.empty());
  return x.verdict.what;
}

refusal creating(const image_ptr& image, const new_topic& x,
                 broker_config config = {}) {
  return why(fresh(std::move(config)).create_topic(*image, x));
}

topic_image created(controller& by, image_ptr& image, const new_topic& x) {
  auto made = by.create_topic(*image, x);
  REQUIRE_MESSAGE(made.verdict.ok(), made.verdict.message);
  REQUIRE(made.records.size() == 1);
  image = after(image, made.records);
  REQUIRE(image->find(x.name) != nullptr);
  return *image->find(x.name);
}

std::vector<std::vector<node_id>> replicas_of(const topic_image& topic) {
  std::vector<std::vector<node_id>> replicas;
  for (const auto& x : topic.partitions) {
    CHECK(x.leader == x.replicas.front());
    CHECK(x.isr == x.replicas);
    CHECK(x.leader_epoch == 0);
    replicas.push_back(x.replicas);
  }
  return replicas;
}

} // namespace

TEST_CASE("topic names: Kafka's rule") {
  for (auto name : {"a", "A-z_0.9", "...", "__consumer_offsets"})
    CHECK(valid_topic_name(name));
  CHECK(valid_topic_name(std::string(249, 'a')));
  for (auto name : {"", ".", "..", "a b", "a/b", "a:b", "\xc3\xa4", "a\n"})
    CHECK_FALSE(valid_topic_name(name));
  CHECK_FALSE(valid_topic_name(std::string(250, 'a')));
  CHECK_FALSE(valid_topic_name(std::string_view{"a\0b", 3}));
}

TEST_CASE("topic names: the broker's own topics are internal") {
  CHECK(internal_topic("__consumer_offsets"));
  CHECK(internal_topic("__transaction_state"));
  CHECK(internal_topic("__cluster_metadata"));
  CHECK_FALSE(internal_topic("__other"));
  CHECK_FALSE(internal_topic(""));
}

TEST_CASE("create topic: the broker's defaults fill in for -1") {
  broker_config config;
  config.num_partitions = 3;
  config.default_replication_factor = 2;
  auto by = fresh(config);
  auto image = nodes(2);
  auto topic = created(by, image, named("t"));
  CHECK(topic.partitions.size() == 3);
  CHECK(topic.partitions[0].replicas.size() == 2);
  CHECK(topic.configs.empty());
}

TEST_CASE("create topic: bad names are refused") {
  auto image = nodes(1);
  for (auto name : {"", ".", "..", "a b", "a/b"})
    CHECK(creating(image, named(name)) == refusal::invalid_topic_name);
  CHECK(creating(image, named(std::string(249, 'a'))) == refusal::none);
  CHECK(creating(image, named(std::string(250, 'a')))
        == refusal::invalid_topic_name);
}

TEST_CASE("create topic: the metadata log's directory is no topic") {
  auto image = nodes(1);
  CHECK(creating(image, named("__cluster_metadata"))
        == refusal::invalid_topic_name);
  CHECK(creating(image, named("__consumer_offsets")) == refusal::none);
}

TEST_CASE("create topic: names that exist or collide are refused") {
  auto image = after(nodes(1), {topic("a.b_c", id(1)), topic("plain", id(2))});
  CHECK(creating(image, named("plain")) == refusal::topic_exists);
  CHECK(creating(image, named("a.b_c")) == refusal::topic_exists);
  for (auto name : {"a_b_c", "a.b.c", "a_b.c"}) {
    auto x = fresh().create_topic(*image, named(name));
    CHECK(why(x) == refusal::invalid_topic_name);
    CHECK(x.verdict.message.find("a.b_c") != std::string::npos);
  }
  for (auto name : {"a-b_c", "a.b_cd", "a.b_", "Plain"})
    CHECK(creating(image, named(name)) == refusal::none);
}

TEST_CASE("create topic: partition counts outside the bounds are refused") {
  broker_config config;
  config.partitions_max = 10;
  auto image = after(nodes(1), {topic("old", id(1), 4)});
  auto x = named("t");
  for (auto count : {0, -2, -2147483647}) {
    x.num_partitions = count;
    CHECK(creating(image, x, config) == refusal::invalid_partitions);
  }
  x.num_partitions = 11;
  CHECK(creating(image, x, config) == refusal::invalid_partitions);
  x.num_partitions = 2147483647;
  CHECK(creating(image, x, config) == refusal::invalid_partitions);
  x.num_partitions = 7;
  CHECK(creating(image, x, config) == refusal::policy_violation);
  x.num_partitions = 6;
  CHECK(creating(image, x, config) == refusal::none);
}

TEST_CASE("create topic: replication factors outside the bounds are refused") {
  auto image = nodes(2);
  auto x = named("t");
  for (auto factor : {0, -2, 3, 32767}) {
    x.replication_factor = static_cast<int16_t>(factor);
    CHECK(creating(image, x) == refusal::invalid_replication_factor);
  }
  x.replication_factor = 2;
  CHECK(creating(image, x) == refusal::none);
  CHECK(creating(nodes(0), named("t")) == refusal::invalid_replication_factor);
}

TEST_CASE("create topic: explicit assignments place the partitions") {
  auto by = fresh();
  auto image = nodes(3);
  auto topic =
      created(by, image, assigned({{1, {20, 0}}, {0, {0, 10}}, {2, {10, 20}}}));
  CHECK(replicas_of(topic)
        == std::vector<std::vector<node_id>>{{0, 10}, {20, 0}, {10, 20}});
}

TEST_CASE("create topic: assignments exclude counts") {
  auto image = nodes(1);
  auto x = assigned({{0, {0}}});
  x.num_partitions = 1;
  CHECK(creating(image, x) == refusal::invalid_request);
  x = assigned({{0, {0}}});
  x.replication_factor = 1;
  CHECK(creating(image, x) == refusal::invalid_request);
}

TEST_CASE("create topic: assignments that cannot be are refused") {
  auto image = nodes(2);
  for (const auto& x :
       {assigned({{1, {0}}}), assigned({{0, {0}}, {0, {0}}}),
        assigned({{0, {0}}, {2, {0}}}), assigned({{-1, {0}}}),
        assigned({{0, {}}}), assigned({{0, {0, 0}}}), assigned({{0, {7}}}),
        assigned({{0, {-1}}}), assigned({{0, {0, 10}}, {1, {0}}})})
    CHECK(creating(image, x) == refusal::invalid_replica_assignment);
  broker_config config;
  config.partitions_max = 1;
  CHECK(creating(image, assigned({{0, {0}}, {1, {0}}}), config)
        == refusal::invalid_partitions);
}

TEST_CASE("create topic: configs are checked and kept") {
  auto image = nodes(1);
  auto by = fresh();
  auto x = named("t");
  x.configs = {{"retention.ms", "5"}, {"cleanup.policy", "compact"}};
  CHECK(created(by, image, x).configs
        == config_map{{"cleanup.policy", "compact"}, {"retention.ms", "5"}});
  x = named("u");
  x.configs = {{"retention.ms", std::nullopt}};
  CHECK(creating(image, x) == refusal::invalid_config);
  x.configs = {{"no.such.key", "1"}};
  CHECK(creating(image, x) == refusal::invalid_config);
  x.configs = {{"retention.ms", "soon"}};
  CHECK(creating(image, x) == refusal::invalid_config);
  x.configs = {{"min.compaction.lag.ms", "2"}, {"max.compaction.lag.ms", "1"}};
  CHECK(creating(image, x) == refusal::invalid_config);
}

TEST_CASE("create topic: ids are random, version 4, and follow the seed") {
  auto image = nodes(1);
  auto by = fresh();
  std::set<uuid> ids;
  for (int i = 0; i < 200; ++i) {
    auto topic = created(by, image, named("t" + std::to_string(i)));
    CHECK((topic.id.bytes[6] & 0xf0) == 0x40);
    CHECK((topic.id.bytes[8] & 0xc0) == 0x80);
    CHECK(to_string(topic.id).front() != '-');
    ids.insert(topic.id);
  }
  CHECK(ids.size() == 200);
  auto other = nodes(1);
  auto same_seed = fresh();
  CHECK(ids.contains(created(same_seed, other, named("t0")).id));
  other = nodes(1);
  controller other_seed{broker_config{}, seed + 1};
  CHECK_FALSE(ids.contains(created(other_seed, other, named("t0")).id));
}

TEST_CASE("create topic: an id in use is not given again") {
  auto image = nodes(1);
  auto by = fresh();
  auto first = created(by, image, named("a"));
  auto same_seed = fresh();
  CHECK(created(same_seed, image, named("b")).id != first.id);
}

TEST_CASE("placement: leaders and replicas spread over the nodes") {
  auto by = fresh();
  auto image = nodes(4);
  auto x = named("t");
  x.num_partitions = 12;
  x.replication_factor = 3;
  auto replicas = replicas_of(created(by, image, x));
  std::map<node_id, int> leads;
  std::map<node_id, int> holds;
  std::set<std::vector<node_id>> shapes;
  for (const auto& list : replicas) {
    CHECK(std::set<node_id>(list.begin(), list.end()).size() == 3);
    ++leads[list.front()];
    for (auto node : list)
      ++holds[node];
    shapes.insert(list);
  }
  for (auto node : {0, 10, 20, 30}) {
    CHECK(leads[node] == 3);
    CHECK(holds[node] == 9);
  }
  CHECK(shapes.size() == 12);
}

TEST_CASE("placement: topics of one partition go round the nodes") {
  auto by = fresh();
  auto image = nodes(3);
  std::map<node_id, int> leads;
  for (int i = 0; i < 9; ++i)
    ++leads[created(by, image, named("t" + std::to_string(i)))
                .partitions[0]
                .leader];
  for (auto node : {0, 10, 20})
    CHECK(leads[node] == 3);
}

TEST_CASE("delete topic: by name or by id") {
  auto image = after(nodes(1), {topic("a", id(1))});
  for (const auto& reference :
       {topic_reference{"a", {}}, topic_reference{std::nullopt, id(1)}}) {
    auto x = fresh().delete_topic(*image, reference);
    CHECK(why(x) == refusal::none);
    CHECK(x.records == metadata_delta{topic_deleted{id(1)}});
  }
}

TEST_CASE("delete topic: unknown, unnamed and twice named topics are refused") {
  auto image = after(nodes(1), {topic("a", id(1))});
  auto deleting = [&image](const topic_reference& x) {
    return why(fresh().delete_topic(*image, x));
  };
  CHECK(deleting({"b", {}}) == refusal::unknown_topic);
  CHECK(deleting({"", {}}) == refusal::unknown_topic);
  CHECK(deleting({std::nullopt, id(2)}) == refusal::unknown_topic_id);
  CHECK(deleting({std::nullopt, {}}) == refusal::invalid_request);
  CHECK(deleting({"a", id(1)}) == refusal::invalid_request);
}

TEST_CASE("delete topic: may be switched off") {
  auto image = after(nodes(1), {topic("a", id(1))});
  broker_config config;
  config.delete_topics = false;
  CHECK(why(fresh(config).delete_topic(*image, {"a", {}}))
        == refusal::topic_deletion_disabled);
}

TEST_CASE("create partitions: go on round the nodes") {
  auto by = fresh();
  auto image = nodes(3);
  auto x = named("t");
  x.num_partitions = 7;
  x.replication_factor = 2;
  auto whole = created(by, image, x);
  auto other = nodes(3);
  x.num_partitions = 2;
  created(by, other, x);
  auto added = by.create_partitions(*other, {"t", 7, std::nullopt});
  REQUIRE(added.verdict.ok());
  other = after(other, added.records);
  CHECK(replicas_of(*other->find("t")) == replicas_of(whole));
}

TEST_CASE("create partitions: totals that do not grow are refused") {
  broker_config config;
  config.partitions_max = 10;
  auto image = after(nodes(1), {topic("a", id(1), 3), topic("b", id(2), 4)});
  auto growing = [&](const std::string& name, int32_t count) {
    return why(
        fresh(config).create_partitions(*image, {name, count, std::nullopt}));
  };
  for (auto count : {3, 2, 0, -1, -2147483647, 11, 2147483647})
    CHECK(growing("a", count) == refusal::invalid_partitions);
  CHECK(growing("a", 7) == refusal::policy_violation);
  CHECK(growing("a", 6) == refusal::none);
  CHECK(growing("x", 6) == refusal::unknown_topic);
}

TEST_CASE("create partitions: assignments must fit what is added") {
  auto image = after(nodes(2), {topic("a", id(1), 1)});
  auto growing = [&](std::vector<std::vector<node_id>> assignments) {
    return fresh().create_partitions(*image, {"a", 3, std::move(assignments)});
  };
  using lists = std::vector<std::vector<node_id>>;
  for (const auto& x : {lists{}, lists{{0}}, lists{{0}, {0}, {0}},
                        lists{{0}, {7}}, lists{{0}, {}}, lists{{0}, {0, 10}},
                        lists{{0, 10}, {0, 10}}, lists{{0}, {0, 0}}})
    CHECK(why(growing(x)) == refusal::invalid_replica_assignment);
  auto made = growing({{10}, {0}});
  REQUIRE(why(made) == refusal::none);
  auto grown = after(image, made.records);
  CHECK(replicas_of(*grown->find("a")) == lists{{0}, {10}, {0}});
}

TEST_CASE("create partitions: needs as many nodes as replicas") {
  topic_image wide;
  wide.name = "wide";
  wide.id = id(1);
  wide.partitions = {partition({0, 10, 20})};
  auto image = after(nodes(2), {topic_created{wide}});
  CHECK(why(fresh().create_partitions(*image, {"wide", 2, std::nullopt}))
        == refusal::invalid_replication_factor);
}
