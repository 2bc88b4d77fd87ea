// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/images.h>
#include <troupe/cluster/controller.h>

#include <doctest/doctest.h>

#include <optional>
#include <string>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

using op = config_operation;

image_ptr start() {
  return image_of(
      {node(1), topic("t", id(1), 1,
                      {{"retention.ms", "5"}, {"cleanup.policy", "compact"}})});
}

config_alteration of_topic(std::vector<config_change> changes) {
  config_alteration x;
  x.topic = "t";
  x.changes = std::move(changes);
  return x;
}

config_alteration of_broker(node_id node, std::vector<config_change> changes) {
  config_alteration x;
  x.is_broker = true;
  x.node = node;
  x.changes = std::move(changes);
  return x;
}

outcome alter(const metadata_image& image, const config_alteration& x) {
  broker_config config;
  config.id = 1;
  config.values = {{"log.cleanup.policy", "compact,delete"}};
  auto made = controller{config, 1}.alter_configs(image, x);
  CHECK(made.verdict.message.empty() == made.verdict.ok());
  if (!made.verdict.ok())
    CHECK(made.records.empty());
  return made;
}

refusal why(const config_alteration& x) {
  return alter(*start(), x).verdict.what;
}

config_map topic_after(const config_alteration& x) {
  auto image = start();
  auto made = alter(*image, x);
  REQUIRE_MESSAGE(made.verdict.ok(), made.verdict.message);
  return after(image, made.records)->find("t")->configs;
}

config_map broker_after(const image_ptr& image, const config_alteration& x) {
  auto made = alter(*image, x);
  REQUIRE_MESSAGE(made.verdict.ok(), made.verdict.message);
  auto changed = after(image, made.records);
  auto i = changed->broker_configs.find(x.node);
  return i == changed->broker_configs.end() ? config_map{} : i->second;
}

const config_map both{{"cleanup.policy", "compact"}, {"retention.ms", "5"}};

} // namespace

TEST_CASE("alter configs: single changes leave the other overrides alone") {
  CHECK(topic_after(of_topic({{"retention.ms", op::set, "6"}}))
        == config_map{{"cleanup.policy", "compact"}, {"retention.ms", "6"}});
  CHECK(topic_after(of_topic({{"segment.ms", op::set, "7"}})).size() == 3);
  CHECK(topic_after(of_topic({{"retention.ms", op::remove, std::nullopt}}))
        == config_map{{"cleanup.policy", "compact"}});
}

TEST_CASE("alter configs: replacing all reverts what is not listed") {
  auto x = of_topic({{"segment.ms", op::set, "7"}});
  x.replace_all = true;
  CHECK(topic_after(x) == config_map{{"segment.ms", "7"}});
  x.changes.clear();
  CHECK(topic_after(x).empty());
}

TEST_CASE("alter configs: what changes nothing writes nothing") {
  auto image = start();
  for (const auto& x :
       {of_topic({}), of_topic({{"retention.ms", op::set, "5"}}),
        of_topic({{"segment.ms", op::remove, std::nullopt}}),
        of_topic({{"cleanup.policy", op::append, "compact"}}),
        of_broker(1, {})}) {
    auto made = alter(*image, x);
    CHECK(made.verdict.ok());
    CHECK(made.records.empty());
  }
}

TEST_CASE("alter configs: lists grow and shrink") {
  CHECK(topic_after(of_topic({{"cleanup.policy", op::append, "delete"}}))
            .at("cleanup.policy")
        == "compact,delete");
  auto wide = of_topic({{"cleanup.policy", op::set, "delete, compact"}});
  auto image = after(start(), alter(*start(), wide).records);
  auto made =
      alter(*image, of_topic({{"cleanup.policy", op::subtract, "compact"}}));
  CHECK(after(image, made.records)->find("t")->configs.at("cleanup.policy")
        == "delete");
  CHECK(why(of_topic({{"cleanup.policy", op::subtract, "compact"}}))
        == refusal::invalid_config);
  CHECK(why(of_topic({{"cleanup.policy", op::append, "remove"}}))
        == refusal::invalid_config);
}

TEST_CASE(
    "alter configs: a list without override starts from what is in force") {
  // The broker's own configuration says compact,delete.
  auto image = after(start(), {topic_configs_replaced{id(1), {}}});
  auto made =
      alter(*image, of_topic({{"cleanup.policy", op::subtract, "compact"}}));
  REQUIRE(made.verdict.ok());
  CHECK(after(image, made.records)->find("t")->configs
        == config_map{{"cleanup.policy", "delete"}});
  CHECK(broker_after(image, of_broker(1, {{"log.cleanup.policy", op::subtract,
                                           "delete"}}))
        == config_map{{"log.cleanup.policy", "compact"}});
}

TEST_CASE("alter configs: appending to what is no list is refused") {
  for (auto operation : {op::append, op::subtract})
    CHECK(why(of_topic({{"retention.ms", operation, "1"}}))
          == refusal::invalid_config);
}

TEST_CASE("alter configs: missing values are refused") {
  for (auto operation : {op::set, op::append, op::subtract})
    CHECK(why(of_topic({{"cleanup.policy", operation, std::nullopt}}))
          == refusal::invalid_request);
}

TEST_CASE("alter configs: operations that do not exist are refused") {
  CHECK(why(of_topic({{"retention.ms", op{4}, "1"}}))
        == refusal::invalid_request);
  CHECK(why(of_topic({{"retention.ms", op{-1}, "1"}}))
        == refusal::invalid_request);
}

TEST_CASE("alter configs: bad keys and values are refused") {
  CHECK(why(of_topic({{"no.such", op::set, "1"}})) == refusal::invalid_config);
  CHECK(why(of_topic({{"no.such", op::remove, std::nullopt}}))
        == refusal::invalid_config);
  CHECK(why(of_topic({{"retention.ms", op::set, "x"}}))
        == refusal::invalid_config);
  CHECK(why(of_topic(
            {{"retention.ms", op::set, "1"}, {"retention.ms", op::set, "2"}}))
        == refusal::invalid_request);
  CHECK(why(of_topic({{"log.retention.ms", op::set, "1"}}))
        == refusal::invalid_config);
}

TEST_CASE("alter configs: the set as a whole is checked") {
  CHECK(why(of_topic({{"min.compaction.lag.ms", op::set, "2"},
                      {"max.compaction.lag.ms", op::set, "1"}}))
        == refusal::invalid_config);
  CHECK(why(of_broker(1, {{"log.cleaner.min.compaction.lag.ms", op::set, "2"},
                          {"log.cleaner.max.compaction.lag.ms", op::set, "1"}}))
        == refusal::invalid_config);
}

TEST_CASE("alter configs: a key that we no longer know can be removed") {
  auto image =
      after(start(), {topic_configs_replaced{id(1), {{"old.key", "1"}}}});
  auto made = alter(*image, of_topic({{"old.key", op::remove, std::nullopt}}));
  REQUIRE(made.verdict.ok());
  CHECK(after(image, made.records)->find("t")->configs.empty());
}

TEST_CASE("alter configs: unknown topics and brokers are refused") {
  auto x = of_topic({});
  x.topic = "other";
  CHECK(why(x) == refusal::unknown_topic);
  CHECK(why(of_broker(2, {})) == refusal::invalid_request);
  CHECK(why(of_broker(-2, {})) == refusal::invalid_request);
}

TEST_CASE("alter configs: brokers take keys that may change while running") {
  auto image = start();
  CHECK(broker_after(image, of_broker(1, {{"log.retention.ms", op::set, "9"}}))
        == config_map{{"log.retention.ms", "9"}});
  CHECK(broker_after(image,
                     of_broker(no_node, {{"message.max.bytes", op::set, "99"}}))
        == config_map{{"message.max.bytes", "99"}});
  for (auto key : {"num.partitions", "listeners", "log.retention.hours"}) {
    auto made = alter(*image, of_broker(1, {{key, op::set, "1"}}));
    CHECK(made.verdict.what == refusal::invalid_request);
    CHECK(made.verdict.message.find(key) != std::string::npos);
  }
  CHECK(why(of_broker(1, {{"retention.ms", op::set, "1"}}))
        == refusal::invalid_config);
}

TEST_CASE("alter configs: a broker and the default of all are apart") {
  auto image = after(
      start(), {broker_configs_replaced{no_node, {{"log.retention.ms", "1"}}}});
  auto made = alter(*image, of_broker(1, {{"log.retention.ms", op::set, "2"}}));
  image = after(image, made.records);
  CHECK(image->broker_configs.at(no_node).at("log.retention.ms") == "1");
  CHECK(image->broker_configs.at(1).at("log.retention.ms") == "2");
  made = alter(*image, of_broker(1, {{"log.retention.ms", op::remove, ""}}));
  image = after(image, made.records);
  CHECK_FALSE(image->broker_configs.contains(1));
  CHECK(image->broker_configs.contains(no_node));
}
