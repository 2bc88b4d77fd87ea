// SPDX-License-Identifier: Apache-2.0
#include "session_fixture.h"

#include <troupe/transport/kafka/messages/alter_partition_reassignments.h>
#include <troupe/transport/kafka/messages/delete_records.h>
#include <troupe/transport/kafka/messages/describe_log_dirs.h>
#include <troupe/transport/kafka/messages/describe_producers.h>
#include <troupe/transport/kafka/messages/describe_quorum.h>
#include <troupe/transport/kafka/messages/elect_leaders.h>
#include <troupe/transport/kafka/messages/fetch.h>
#include <troupe/transport/kafka/messages/list_offsets.h>
#include <troupe/transport/kafka/messages/offset_for_leader_epoch.h>
#include <troupe/transport/kafka/messages/produce.h>
#include <troupe/transport/kafka/messages/unregister_broker.h>

#include <doctest/doctest.h>

namespace troupe::actors {

namespace {

constexpr cluster::node_id other_node = 2;
constexpr int32_t elsewhere = 6;

/// A node that follows what another one leads.
struct follower_fixture : session_fixture {
  void follow() { start(routes().led_by("a", other_node, 8).build()); }
  void lead() {
    start(routes()
              .led_by("a", other_node, 8)
              .replicated_by("a", {this_node, other_node})
              .build());
  }

  routing_builder routes() {
    cluster::node_registration other;
    other.id = other_node;
    other.host = "other.example";
    other.port = 9094;
    other.rack = "east";
    return routing_builder().node(other).topic("a", 1, 1, partition);
  }

  kafka::fetch_response::partition
  fetch(int16_t version, const std::string& rack = "") {
    kafka::fetch_request x;
    x.max_bytes = 1000;
    x.rack_id = rack;
    auto& topic = x.topics.emplace_back();
    topic.topic = "a";
    topic.topic_id = id_of(1);
    topic.partitions.emplace_back().partition_max_bytes = 1000;
    ask(x, version);
    newest_fetch = answer<kafka::fetch_response>(version);
    REQUIRE(newest_fetch.responses.size() == 1);
    return newest_fetch.responses[0].partitions.at(0);
  }

  kafka::fetch_response newest_fetch;
};

} // namespace

TEST_CASE_FIXTURE(follower_fixture,
                  "produce: another leader is named, and nothing appended") {
  follow();
  kafka::produce_request x;
  x.acks = -1;
  x.timeout_ms = 1000;
  auto& topic = x.topic_data.emplace_back();
  topic.name = "a";
  topic.partition_data.emplace_back().records.bytes =
      storage::buffer::copy_of(std::string(100, 'r'));
  ask(x, 10);
  CHECK(appends.empty());
  auto y = answer<kafka::produce_response>(10);
  const auto& refused = y.responses.at(0).partition_responses.at(0);
  CHECK(refused.error_code == elsewhere);
  CHECK(refused.base_offset == -1);
  CHECK(refused.current_leader.leader_id == other_node);
  CHECK(refused.current_leader.leader_epoch == 8);
  REQUIRE(y.node_endpoints.size() == 1);
  CHECK(y.node_endpoints[0].node_id == other_node);
  CHECK(y.node_endpoints[0].host == "other.example");
  CHECK(y.node_endpoints[0].port == 9094);
  CHECK(y.node_endpoints[0].rack == "east");
  ask(x, 9);
  auto old = answer<kafka::produce_response>(9);
  CHECK(old.responses[0].partition_responses[0].error_code == elsewhere);
}

TEST_CASE_FIXTURE(follower_fixture,
                  "fetch: only who can send a rack reads from a follower") {
  follow();
  CHECK(fetch(10).error_code == elsewhere);
  CHECK(reads.empty());
  auto served = fetch(11);
  CHECK(served.error_code == 0);
  CHECK(served.preferred_read_replica == -1);
  CHECK(reads.size() == 1);
}

TEST_CASE_FIXTURE(follower_fixture,
                  "fetch: a node without a replica says where to go") {
  start(routes().topic("a", 1, 1).replicated_by("a", {other_node}).build());
  auto refused = fetch(16);
  CHECK(refused.error_code == elsewhere);
  CHECK(refused.current_leader.leader_id == other_node);
  REQUIRE(newest_fetch.node_endpoints.size() == 1);
  CHECK(newest_fetch.node_endpoints[0].port == 9094);
  CHECK(fetch(15).current_leader.leader_id == -1);
}

TEST_CASE_FIXTURE(follower_fixture,
                  "fetch: a leader sends consumers to the replica in their "
                  "rack") {
  rack_aware_reads = true;
  lead();
  CHECK(fetch(11, "east").preferred_read_replica == other_node);
  CHECK(fetch(11, "west").preferred_read_replica == -1);
  CHECK(fetch(11).preferred_read_replica == -1);
}

TEST_CASE_FIXTURE(follower_fixture,
                  "fetch: without a selector nobody is sent elsewhere") {
  lead();
  CHECK(fetch(11, "east").preferred_read_replica == -1);
}

TEST_CASE_FIXTURE(follower_fixture,
                  "what only a leader knows is refused elsewhere") {
  follow();
  kafka::list_offsets_request offsets;
  offsets.topics = {{"a", {{0, -1, -1}, {7, -1, -1}}}};
  ask(offsets, 7);
  auto listed = answer<kafka::list_offsets_response>(7).topics.at(0);
  CHECK(listed.partitions[0].error_code == elsewhere);
  CHECK(listed.partitions[1].error_code == 3);
  kafka::offset_for_leader_epoch_request epochs;
  epochs.topics = {{"a", {{0, -1, 2}}}};
  ask(epochs, 4);
  auto ends = answer<kafka::offset_for_leader_epoch_response>(4).topics.at(0);
  CHECK(ends.partitions[0].error_code == elsewhere);
  kafka::delete_records_request records;
  records.topics = {{"a", {{0, -1}}}};
  ask(records, 2);
  auto kept = answer<kafka::delete_records_response>(2).topics.at(0);
  CHECK(kept.partitions[0].error_code == elsewhere);
  kafka::describe_producers_request who;
  who.topics = {{"a", {0}}};
  ask(who, 0);
  auto hidden = answer<kafka::describe_producers_response>(0).topics.at(0);
  CHECK(hidden.partitions[0].error_code == elsewhere);
  CHECK(hidden.partitions[0].error_message.has_value());
}

TEST_CASE_FIXTURE(follower_fixture,
                  "describe_log_dirs: followers have logs too") {
  follow();
  description.size_bytes = 4096;
  ask(kafka::describe_log_dirs_request{}, 4);
  auto y = answer<kafka::describe_log_dirs_response>(4);
  REQUIRE(y.results.at(0).topics.size() == 1);
  CHECK(y.results[0].topics[0].partitions.at(0).partition_size == 4096);
}

TEST_CASE_FIXTURE(follower_fixture,
                  "moves, elections and removals are the controller's") {
  follow();
  decided.results = {
      cluster::decision{cluster::refusal::ineligible_replica, "no"}};
  kafka::alter_partition_reassignments_request moves;
  moves.topics = {{"a", {{0, std::vector<int32_t>{this_node}}}}};
  ask(moves, 1);
  auto moved = answer<kafka::alter_partition_reassignments_response>(1);
  CHECK(moved.responses.at(0).partitions.at(0).error_code == 107);
  REQUIRE(reassignments.size() == 1);
  CHECK(reassignments[0].partitions.at(0).name.topic == "a");
  kafka::elect_leaders_request elections_wanted;
  elections_wanted.topic_partitions.emplace();
  elections_wanted.topic_partitions->push_back({"a", {0}});
  elections_wanted.election_type = 1;
  ask(elections_wanted, 2);
  auto elected = answer<kafka::elect_leaders_response>(2);
  CHECK(elected.replica_election_results.size() == 1);
  REQUIRE(elections.size() == 1);
  CHECK(elections[0].type == cluster::election_type::unclean);
  elections_wanted.election_type = 2;
  ask(elections_wanted, 2);
  CHECK(answer<kafka::elect_leaders_response>(2).error_code == 42);
  kafka::unregister_broker_request leaving;
  leaving.broker_id = other_node;
  ask(leaving, 0);
  CHECK(answer<kafka::unregister_broker_response>(0).error_message == "no");
  REQUIRE(node_removals.size() == 1);
  CHECK(node_removals[0].node == other_node);
}

TEST_CASE_FIXTURE(follower_fixture,
                  "describe_quorum: the controller tells, or its silence") {
  follow();
  quorum.quorum.leader = other_node;
  kafka::describe_quorum_request x;
  x.topics = {{"__cluster_metadata", {{0}}}};
  ask(x, 2);
  auto y = answer<kafka::describe_quorum_response>(2);
  CHECK(y.topics.at(0).partitions.at(0).leader_id == other_node);
  mute = true;
  ask(x, 2);
  pass_all_deadlines();
  CHECK(answer<kafka::describe_quorum_response>(2).error_code == 7);
}

} // namespace troupe::actors
