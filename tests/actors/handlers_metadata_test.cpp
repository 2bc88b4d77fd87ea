// SPDX-License-Identifier: Apache-2.0
#include "handlers/answers.h"
#include "routing_fixture.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace troupe::actors::handlers {

namespace {

/// Of a node that is its own controller.
constexpr standpoint alone{this_node, this_node};

kafka::metadata_request asking(std::vector<std::string> names) {
  kafka::metadata_request x;
  x.topics.emplace();
  for (auto& name : names)
    x.topics->push_back({{}, std::move(name)});
  return x;
}

kafka::metadata_response answer(const kafka::metadata_request& x,
                                int16_t version, const routing& routes) {
  return answer_metadata(x, version, routes, alone, {});
}

} // namespace

TEST_CASE("metadata: null asks for all topics, an empty list for none") {
  auto routes = routing_builder().topic("b", 2, 1).topic("a", 1, 2).build();
  auto all = answer({}, 1, *routes);
  REQUIRE(all.topics.size() == 2);
  CHECK(all.topics[0].name == "a");
  CHECK(all.topics[0].partitions.size() == 2);
  CHECK(all.topics[1].name == "b");
  CHECK(answer(asking({}), 1, *routes).topics.empty());
}

TEST_CASE("metadata: in version 0 an empty list asks for all topics") {
  auto routes = routing_builder().topic("a", 1, 1).build();
  CHECK(answer(asking({}), 0, *routes).topics.size() == 1);
}

TEST_CASE("metadata: brokers, cluster and controller are always there") {
  auto routes = routing_builder().build();
  auto x = answer(asking({}), 12, *routes);
  REQUIRE(x.brokers.size() == 1);
  CHECK(x.brokers[0].node_id == this_node);
  CHECK(x.brokers[0].host == "broker.example");
  CHECK(x.brokers[0].port == 9092);
  CHECK_FALSE(x.brokers[0].rack.has_value());
  CHECK(x.cluster_id == "test-cluster");
  CHECK(x.controller_id == this_node);
}

TEST_CASE("metadata: an offline partition has no leader and error 5") {
  auto routes = routing_builder().topic("a", 1, 1).build();
  auto x = answer(asking({"a"}), 12, *routes);
  REQUIRE(x.topics.size() == 1);
  CHECK(x.topics[0].error_code == 0);
  const auto& partition = x.topics[0].partitions.at(0);
  CHECK(partition.error_code == 5);
  CHECK(partition.leader_id == -1);
  CHECK(partition.leader_epoch == 3);
  CHECK(partition.offline_replicas == std::vector<int32_t>{this_node});
  CHECK(partition.replica_nodes == std::vector<int32_t>{this_node});
}

TEST_CASE("metadata: unknown and impossible names have their own errors") {
  auto routes = routing_builder().build();
  auto x = answer(asking({"nope", "no/pe", ""}), 12, *routes);
  REQUIRE(x.topics.size() == 3);
  CHECK(x.topics[0].error_code == 3);
  CHECK(x.topics[0].name == "nope");
  CHECK(x.topics[1].error_code == 17);
  CHECK(x.topics[2].error_code == 17);
}

TEST_CASE("metadata: a topic that is named twice is answered once") {
  auto routes = routing_builder().topic("a", 1, 1).build();
  CHECK(answer(asking({"a", "a", "nope", "nope"}), 12, *routes).topics.size()
        == 2);
}

TEST_CASE("metadata: version 12 finds topics by id") {
  auto routes = routing_builder().topic("a", 1, 1).build();
  kafka::metadata_request x;
  x.topics.emplace();
  x.topics->push_back({id_of(1), std::nullopt});
  x.topics->push_back({id_of(9), std::nullopt});
  auto found = answer(x, 12, *routes);
  REQUIRE(found.topics.size() == 2);
  CHECK(found.topics[0].name == "a");
  CHECK(found.topics[0].topic_id == id_of(1));
  CHECK(found.topics[1].error_code == 100);
  CHECK_FALSE(found.topics[1].name.has_value());
  CHECK(found.topics[1].topic_id == id_of(9));
}

TEST_CASE("metadata: before version 12 an id is an invalid request") {
  auto routes = routing_builder().topic("a", 1, 1).build();
  kafka::metadata_request x;
  x.topics.emplace();
  x.topics->push_back({id_of(1), std::nullopt});
  auto refused = answer(x, 11, *routes);
  REQUIRE(refused.topics.size() == 1);
  CHECK(refused.topics[0].error_code == 42);
  CHECK(refused.topics[0].name == "");
}

TEST_CASE("metadata: authorized operations are told only when asked for") {
  auto routes = routing_builder().topic("a", 1, 1).build();
  auto x = asking({"a"});
  auto plain = answer(x, 8, *routes);
  CHECK(plain.topics[0].topic_authorized_operations == INT32_MIN);
  CHECK(plain.cluster_authorized_operations == INT32_MIN);
  x.include_topic_authorized_operations = true;
  x.include_cluster_authorized_operations = true;
  auto full = answer(x, 8, *routes);
  CHECK(full.topics[0].topic_authorized_operations == 3576);
  CHECK(full.cluster_authorized_operations == 8096);
}

TEST_CASE("metadata: only missing topics that clients may have are created") {
  auto routes = routing_builder().topic("a", 1, 1).build();
  cluster::broker_config config;
  auto x = asking({"a", "new", "new", "no/pe", "__consumer_offsets"});
  CHECK(topics_to_create(x, 12, *routes, config)
        == std::vector<std::string>{"new"});
  x.allow_auto_topic_creation = false;
  CHECK(topics_to_create(x, 12, *routes, config).empty());
  x.allow_auto_topic_creation = true;
  config.auto_create_topics = false;
  CHECK(topics_to_create(x, 12, *routes, config).empty());
}

TEST_CASE("metadata: asking for all topics or for an id creates nothing") {
  auto routes = routing_builder().build();
  cluster::broker_config config;
  CHECK(topics_to_create({}, 12, *routes, config).empty());
  CHECK(topics_to_create(asking({}), 0, *routes, config).empty());
  kafka::metadata_request x;
  x.topics.emplace();
  x.topics->push_back({id_of(1), "named"});
  CHECK(topics_to_create(x, 12, *routes, config).empty());
}

TEST_CASE("metadata: why a topic could not be created is told") {
  auto routes = routing_builder().build();
  problem why = cluster::decision{cluster::refusal::policy_violation, "full"};
  auto x =
      answer_metadata(asking({"new"}), 12, *routes, alone, {{"new", why}});
  REQUIRE(x.topics.size() == 1);
  CHECK(x.topics[0].error_code == 44);
}

TEST_CASE("describe_cluster: brokers are listed, controllers are not") {
  auto routes = routing_builder().build();
  auto x = answer_describe_cluster({}, *routes->image, alone);
  CHECK(x.error_code == 0);
  CHECK(x.cluster_id == "test-cluster");
  CHECK(x.controller_id == this_node);
  CHECK(x.brokers.size() == 1);
  CHECK(x.cluster_authorized_operations == INT32_MIN);
  auto refused = answer_describe_cluster({true, 2}, *routes->image, alone);
  CHECK(refused.error_code == 115);
  CHECK(refused.brokers.empty());
}

TEST_CASE("describe_topic_partitions: pages continue where they ended") {
  auto routes = routing_builder().topic("b", 2, 3).topic("a", 1, 2).build();
  kafka::describe_topic_partitions_request x;
  x.response_partition_limit = 3;
  auto first = answer_describe_topic_partitions(x, *routes, this_node);
  REQUIRE(first.topics.size() == 2);
  CHECK(first.topics[0].name == "a");
  CHECK(first.topics[0].partitions.size() == 2);
  CHECK(first.topics[1].partitions.size() == 1);
  REQUIRE(first.next_cursor.has_value());
  CHECK(first.next_cursor->topic_name == "b");
  CHECK(first.next_cursor->partition_index == 1);
  x.cursor = first.next_cursor;
  auto second = answer_describe_topic_partitions(x, *routes, this_node);
  REQUIRE(second.topics.size() == 1);
  REQUIRE(second.topics[0].partitions.size() == 2);
  CHECK(second.topics[0].partitions[0].partition_index == 1);
  CHECK_FALSE(second.next_cursor.has_value());
}

TEST_CASE("describe_topic_partitions: a full page names the next topic") {
  auto routes = routing_builder().topic("a", 1, 2).topic("b", 2, 1).build();
  kafka::describe_topic_partitions_request x;
  x.response_partition_limit = 2;
  auto page = answer_describe_topic_partitions(x, *routes, this_node);
  REQUIRE(page.topics.size() == 1);
  REQUIRE(page.next_cursor.has_value());
  CHECK(page.next_cursor->topic_name == "b");
  CHECK(page.next_cursor->partition_index == 0);
}

TEST_CASE("describe_topic_partitions: names are sorted and answered once") {
  auto routes = routing_builder().topic("a", 1, 1).build();
  kafka::describe_topic_partitions_request x;
  x.topics = {{"z"}, {"a"}, {"z"}, {"?"}};
  x.response_partition_limit = -5;
  x.cursor = {"", -7};
  auto page = answer_describe_topic_partitions(x, *routes, this_node);
  REQUIRE(page.topics.size() == 3);
  CHECK(page.topics[0].error_code == 17);
  CHECK(page.topics[1].name == "a");
  CHECK(page.topics[1].partitions.size() == 1);
  CHECK(page.topics[2].error_code == 3);
}

} // namespace troupe::actors::handlers
