// SPDX-License-Identifier: Apache-2.0
#include "handlers/answers.h"
#include "routing_fixture.h"

#include <doctest/doctest.h>

#include <vector>

namespace troupe::actors::handlers {

namespace {

constexpr cluster::node_id other_node = 2;
constexpr cluster::node_id silent_node = 3;
constexpr standpoint here{this_node, other_node};

cluster::node_registration
registered(cluster::node_id id, const std::string& host, bool fenced) {
  cluster::node_registration x;
  x.id = id;
  x.host = host;
  x.port = 9092;
  x.rack = "r" + std::to_string(id);
  x.fenced = fenced;
  return x;
}

/// This node, another one and one that is fenced.
routing_builder three_nodes() {
  return routing_builder()
      .node(registered(other_node, "other.example", false))
      .node(registered(silent_node, "silent.example", true));
}

kafka::metadata_response all_of(const routing& routes) {
  return answer_metadata({}, 12, routes, here, {});
}

} // namespace

TEST_CASE("metadata: nodes that are fenced are not listed") {
  auto routes = three_nodes().build();
  auto x = all_of(*routes);
  REQUIRE(x.brokers.size() == 2);
  CHECK(x.brokers[1].node_id == other_node);
  CHECK(x.brokers[1].rack == "r2");
  CHECK(answer_describe_cluster({}, *routes->image, here).brokers.size() == 2);
}

TEST_CASE("metadata: the controller is who leads the quorum, or who was asked "
          "while that is nobody") {
  auto routes = three_nodes().build();
  CHECK(all_of(*routes).controller_id == other_node);
  CHECK(answer_describe_cluster({}, *routes->image, here).controller_id
        == other_node);
  for (auto unknown : {cluster::no_node, silent_node, 77}) {
    standpoint x{this_node, unknown};
    CHECK(answer_metadata({}, 12, *routes, x, {}).controller_id == this_node);
  }
}

TEST_CASE("metadata: a partition that another node leads needs no actor here") {
  auto routes =
      three_nodes().topic("a", 1, 1).led_by("a", other_node, 8).build();
  auto topics = all_of(*routes).topics;
  const auto& x = topics.at(0).partitions.at(0);
  CHECK(x.error_code == 0);
  CHECK(x.leader_id == other_node);
  CHECK(x.leader_epoch == 8);
  CHECK(x.offline_replicas == std::vector<int32_t>{this_node});
}

TEST_CASE("metadata: a leader that is fenced leads for no client") {
  auto routes =
      three_nodes().topic("a", 1, 1).led_by("a", silent_node, 8).build();
  auto topics = all_of(*routes).topics;
  const auto& x = topics.at(0).partitions.at(0);
  CHECK(x.error_code == 5);
  CHECK(x.leader_id == -1);
  CHECK(x.offline_replicas == std::vector<int32_t>{silent_node, this_node});
  auto page = answer_describe_topic_partitions({}, *routes, this_node);
  CHECK(page.topics.at(0).partitions.at(0).error_code == 5);
}

TEST_CASE("find_coordinator: who leads the partition coordinates the group") {
  kafka::find_coordinator_request x;
  x.key = "group";
  auto offsets = three_nodes().topic("__consumer_offsets", 1, 4);
  auto led = offsets.led_by("__consumer_offsets", other_node, 4).build();
  auto found = answer_find_coordinator(x, 3, *led, this_node);
  CHECK(found.error_code == 0);
  CHECK(found.node_id == other_node);
  CHECK(found.host == "other.example");
  CHECK(found.port == 9092);
  for (auto nobody : {silent_node, cluster::no_node}) {
    auto routes = offsets.led_by("__consumer_offsets", nobody, 5).build();
    CHECK(answer_find_coordinator(x, 3, *routes, this_node).error_code == 15);
  }
}

TEST_CASE("list_partition_reassignments: only what moves is listed") {
  auto routes = three_nodes()
                    .topic("b", 2, 2)
                    .topic("a", 1, 1)
                    .moving("a", {other_node}, {this_node})
                    .build();
  auto all = answer_list_partition_reassignments({}, *routes->image);
  REQUIRE(all.topics.size() == 1);
  CHECK(all.topics[0].name == "a");
  REQUIRE(all.topics[0].partitions.size() == 1);
  const auto& moving = all.topics[0].partitions[0];
  CHECK(moving.replicas == std::vector<int32_t>{this_node, other_node});
  CHECK(moving.adding_replicas == std::vector<int32_t>{other_node});
  CHECK(moving.removing_replicas == std::vector<int32_t>{this_node});
  kafka::list_partition_reassignments_request some;
  some.topics.emplace();
  some.topics->push_back({"b", {0}});
  CHECK(
      answer_list_partition_reassignments(some, *routes->image).topics.empty());
  some.topics->push_back({"a", {7, 0, 0}});
  auto found = answer_list_partition_reassignments(some, *routes->image);
  REQUIRE(found.topics.size() == 1);
  CHECK(found.topics[0].partitions.size() == 1);
}

TEST_CASE("alter_partition_reassignments: each partition gets its verdict") {
  auto routes = three_nodes().topic("a", 1, 3).build();
  kafka::alter_partition_reassignments_request x;
  x.allow_replication_factor_change = false;
  x.topics = {{"a",
               {{0, std::vector<int32_t>{other_node}},
                {1, std::vector<int32_t>{this_node, other_node}},
                {2, std::nullopt},
                {0, std::nullopt}}}};
  auto sorted = triage_of(x, *routes->image);
  REQUIRE(sorted.asked.size() == 1);
  CHECK(sorted.asked[0].name == storage::topic_partition{"a", 2});
  CHECK_FALSE(sorted.asked[0].replicas.has_value());
  problem refused = cluster::decision{cluster::refusal::no_reassignment, "no"};
  auto y = answer_alter_partition_reassignments(x, sorted.combine({refused}));
  CHECK_FALSE(y.allow_replication_factor_change);
  REQUIRE(y.responses.size() == 1);
  const auto& partitions = y.responses[0].partitions;
  REQUIRE(partitions.size() == 3);
  CHECK(partitions[0].error_code == 42);
  CHECK(partitions[1].error_code == 38);
  CHECK(partitions[2].error_code == 85);
  CHECK(partitions[2].error_message == "no");
}

TEST_CASE("elect_leaders: partitions are named once and in order") {
  kafka::elect_leaders_request x;
  x.topic_partitions.emplace();
  *x.topic_partitions = {{"b", {1, 0, 1}}, {"a", {5}}};
  auto named = partitions_to_elect(x, *three_nodes().build()->image);
  REQUIRE(named.size() == 3);
  auto y = answer_elect_leaders(
      named, {problem{},
              cluster::decision{cluster::refusal::election_not_needed, "no"},
              problem{}});
  REQUIRE(y.replica_election_results.size() == 2);
  CHECK(y.replica_election_results[0].topic == "a");
  CHECK(y.replica_election_results[0].partition_result[0].partition_id == 5);
  const auto& b = y.replica_election_results[1].partition_result;
  REQUIRE(b.size() == 2);
  CHECK(b[0].error_code == 84);
  CHECK(b[1].error_code == 0);
}

TEST_CASE("describe_quorum: voters, observers and how far each is") {
  constexpr int64_t now_ms = 1'700'000'000'000;
  quorum_described found;
  found.quorum.leader = other_node;
  found.quorum.epoch = 6;
  found.quorum.high_watermark = 90;
  found.quorum.voters = {{other_node, "other.example", 9093}};
  found.quorum.replicas = {{other_node, true, 100, 0, 0},
                           {this_node, false, 80, 150, std::nullopt}};
  kafka::describe_quorum_request x;
  x.topics = {{"__cluster_metadata", {{0}, {1}}}, {"other", {{0}}}};
  auto y = answer_describe_quorum(x, found, now_ms);
  CHECK(y.error_code == 0);
  REQUIRE(y.topics.size() == 2);
  const auto& quorum = y.topics[0].partitions[0];
  CHECK(quorum.error_code == 0);
  CHECK(quorum.leader_id == other_node);
  CHECK(quorum.leader_epoch == 6);
  CHECK(quorum.high_watermark == 90);
  REQUIRE(quorum.current_voters.size() == 1);
  CHECK(quorum.current_voters[0].log_end_offset == 100);
  CHECK(quorum.current_voters[0].last_caught_up_timestamp == now_ms);
  REQUIRE(quorum.observers.size() == 1);
  CHECK(quorum.observers[0].replica_id == this_node);
  CHECK(quorum.observers[0].last_fetch_timestamp == now_ms - 150);
  CHECK(quorum.observers[0].last_caught_up_timestamp == -1);
  CHECK(y.topics[0].partitions[1].error_code == 3);
  CHECK(y.topics[0].partitions[1].partition_index == 1);
  CHECK(y.topics[1].partitions[0].error_code == 3);
  REQUIRE(y.nodes.size() == 1);
  CHECK(y.nodes[0].listeners.at(0).port == 9093);
}

TEST_CASE("describe_quorum: without a leader the reason is told") {
  quorum_described none;
  none.why =
      cluster::decision{cluster::refusal::not_controller, "nobody leads"};
  auto y = answer_describe_quorum({}, none, 0);
  CHECK(y.error_code == 41);
  CHECK(y.error_message == "nobody leads");
}

} // namespace troupe::actors::handlers
