// SPDX-License-Identifier: Apache-2.0
#include "session_fixture.h"

#include <troupe/transport/kafka/messages/create_topics.h>
#include <troupe/transport/kafka/messages/delete_records.h>
#include <troupe/transport/kafka/messages/describe_acls.h>
#include <troupe/transport/kafka/messages/describe_log_dirs.h>
#include <troupe/transport/kafka/messages/describe_producers.h>
#include <troupe/transport/kafka/messages/init_producer_id.h>
#include <troupe/transport/kafka/messages/list_offsets.h>
#include <troupe/transport/kafka/messages/metadata.h>
#include <troupe/transport/kafka/messages/offset_for_leader_epoch.h>

#include <doctest/doctest.h>

namespace troupe::actors {

TEST_CASE_FIXTURE(session_fixture,
                  "list_offsets: each partition is asked once, in order") {
  start(
      routing_builder().topic("a", 1, 2, partition).topic("off", 2, 1).build());
  offset.value = {17, 1234, 3};
  kafka::list_offsets_request x;
  x.topics = {{"a", {{1, -1, 1000}, {0, 2, -2}, {1, -1, -1}, {9, -1, -1}}},
              {"off", {{0, -1, -1}}},
              {"nope", {{0, -1, -1}}}};
  ask(x, 7);
  auto y = answer<kafka::list_offsets_response>(7);
  REQUIRE(y.topics.size() == 3);
  const auto& a = y.topics[0].partitions;
  REQUIRE(a.size() == 4);
  CHECK(a[0].partition_index == 1);
  CHECK(a[0].error_code == 0);
  CHECK(a[0].offset == 17);
  CHECK(a[0].timestamp == 1234);
  CHECK(a[0].leader_epoch == 3);
  CHECK(a[1].offset == 17);
  CHECK(a[1].timestamp == -1);
  CHECK(a[2].error_code == 42);
  CHECK(a[3].error_code == 3);
  CHECK(y.topics[1].partitions[0].error_code == 56);
  CHECK(y.topics[2].partitions[0].error_code == 3);
  REQUIRE(offset_questions.size() == 2);
  CHECK(offset_questions[1].timestamp == -2);
  CHECK(offset_questions[1].current_leader_epoch == 2);
}

TEST_CASE_FIXTURE(session_fixture,
                  "list_offsets: special timestamps need their version") {
  start(routing_builder().topic("a", 1, 3, partition).build());
  offset.value = {17, 1234, 3};
  kafka::list_offsets_request x;
  x.topics = {{"a", {{0, -1, -3}, {1, -1, -4}, {2, -1, -5}}}};
  ask(x, 6);
  auto old = answer<kafka::list_offsets_response>(6);
  for (const auto& partition : old.topics[0].partitions)
    CHECK(partition.error_code == 35);
  ask(x, 9);
  auto now = answer<kafka::list_offsets_response>(9);
  CHECK(now.topics[0].partitions[0].timestamp == 1234);
  CHECK(now.topics[0].partitions[1].timestamp == -1);
  CHECK(now.topics[0].partitions[1].offset == 17);
  CHECK(now.topics[0].partitions[2].error_code == 0);
  CHECK(now.topics[0].partitions[2].offset == -1);
}

TEST_CASE_FIXTURE(session_fixture,
                  "list_offsets: a silent partition is answered for in time") {
  start(routing_builder().topic("a", 1, 1, partition).build());
  mute = true;
  kafka::list_offsets_request x;
  x.topics = {{"a", {{0, -1, -1}}}};
  ask(x, 4);
  CHECK(connection->replies.empty());
  pass_all_deadlines();
  auto y = answer<kafka::list_offsets_response>(4);
  CHECK(y.topics[0].partitions[0].error_code == 7);
  CHECK(y.topics[0].partitions[0].offset == -1);
}

TEST_CASE_FIXTURE(session_fixture, "list_offsets: nothing asked is answered") {
  start(routing_builder().build());
  ask(kafka::list_offsets_request{}, 4);
  CHECK(answer<kafka::list_offsets_response>(4).topics.empty());
}

TEST_CASE_FIXTURE(session_fixture,
                  "offset_for_leader_epoch: epoch and end, or why not") {
  start(routing_builder().topic("a", 1, 1, partition).build());
  epoch_end.leader_epoch = 2;
  epoch_end.end_offset = 30;
  kafka::offset_for_leader_epoch_request x;
  x.topics = {{"a", {{0, -1, 2}, {5, -1, 2}}}};
  ask(x, 4);
  auto y = answer<kafka::offset_for_leader_epoch_response>(4);
  CHECK(y.topics[0].partitions[0].leader_epoch == 2);
  CHECK(y.topics[0].partitions[0].end_offset == 30);
  CHECK(y.topics[0].partitions[1].error_code == 3);
  CHECK(y.topics[0].partitions[1].end_offset == -1);
  epoch_end.why = {errc::fenced_leader_epoch, "old"};
  ask(x, 4);
  auto fenced = answer<kafka::offset_for_leader_epoch_response>(4);
  CHECK(fenced.topics[0].partitions[0].error_code == 74);
  CHECK(fenced.topics[0].partitions[0].end_offset == -1);
}

TEST_CASE_FIXTURE(session_fixture, "delete_records: the new start is told") {
  start(routing_builder().topic("a", 1, 1, partition).build());
  deleted.low_watermark = 12;
  kafka::delete_records_request x;
  x.topics = {{"a", {{0, -1}}}, {"nope", {{0, 5}}}};
  ask(x, 2);
  auto y = answer<kafka::delete_records_response>(2);
  CHECK(y.topics[0].partitions[0].low_watermark == 12);
  CHECK(y.topics[1].partitions[0].error_code == 3);
  CHECK(y.topics[1].partitions[0].low_watermark == -1);
  REQUIRE(deletions.size() == 1);
  CHECK(deletions[0].before == -1);
}

TEST_CASE_FIXTURE(session_fixture, "describe_producers: who is active") {
  start(routing_builder().topic("a", 1, 1, partition).build());
  producers.producers = {{77, 1, 5, 999}};
  kafka::describe_producers_request x;
  x.topics = {{"a", {0, 1}}};
  ask(x, 0);
  auto y = answer<kafka::describe_producers_response>(0);
  REQUIRE(y.topics[0].partitions[0].active_producers.size() == 1);
  const auto& producer = y.topics[0].partitions[0].active_producers[0];
  CHECK(producer.producer_id == 77);
  CHECK(producer.producer_epoch == 1);
  CHECK(producer.last_sequence == 5);
  CHECK(producer.last_timestamp == 999);
  CHECK(producer.current_txn_start_offset == -1);
  CHECK(y.topics[0].partitions[1].error_code == 3);
  CHECK(y.topics[0].partitions[1].error_message.has_value());
}

TEST_CASE_FIXTURE(session_fixture,
                  "describe_log_dirs: null asks for all that is online") {
  start(
      routing_builder().topic("a", 1, 2, partition).topic("off", 2, 1).build());
  description.size_bytes = 4096;
  ask(kafka::describe_log_dirs_request{}, 4);
  auto y = answer<kafka::describe_log_dirs_response>(4);
  REQUIRE(y.results.size() == 1);
  CHECK(y.results[0].log_dir == "/data");
  CHECK(y.results[0].total_bytes == 100);
  CHECK(y.results[0].usable_bytes == 40);
  REQUIRE(y.results[0].topics.size() == 1);
  REQUIRE(y.results[0].topics[0].partitions.size() == 2);
  CHECK(y.results[0].topics[0].partitions[1].partition_index == 1);
  CHECK(y.results[0].topics[0].partitions[1].partition_size == 4096);
}

TEST_CASE_FIXTURE(session_fixture,
                  "describe_log_dirs: partitions without answer are left out") {
  start(routing_builder().topic("a", 1, 1, partition).build());
  mute = true;
  kafka::describe_log_dirs_request x;
  x.topics = {{"a", {0, 0, 7}}, {"nope", {0}}};
  ask(x, 1);
  pass_all_deadlines();
  auto y = answer<kafka::describe_log_dirs_response>(1);
  REQUIRE(y.results.size() == 1);
  CHECK(y.results[0].topics.empty());
}

TEST_CASE_FIXTURE(session_fixture, "init_producer_id: ids are never the same") {
  start(routing_builder().build());
  kafka::init_producer_id_request x;
  ask(x, 0);
  CHECK(answer<kafka::init_producer_id_response>(0).producer_id == 1000);
  x.producer_id = 1000;
  x.producer_epoch = 0;
  ask(x, 4);
  auto second = answer<kafka::init_producer_id_response>(4);
  CHECK(second.producer_id == 1001);
  CHECK(second.producer_epoch == 0);
  x.transactional_id = "tx";
  ask(x, 4);
  auto refused = answer<kafka::init_producer_id_response>(4);
  CHECK(refused.error_code == 53);
  CHECK(refused.producer_id == -1);
  CHECK(refused.producer_epoch == -1);
}

TEST_CASE_FIXTURE(session_fixture,
                  "metadata: a topic is created before it is answered") {
  start(routing_builder().build());
  next_routes = routing_builder().topic("new", 5, 1, partition).build();
  decided.results = {problem{}};
  kafka::metadata_request x;
  x.topics.emplace();
  x.topics->push_back({{}, "new"});
  ask(x, 12);
  REQUIRE(creations.size() == 1);
  REQUIRE(creations[0].topics.size() == 1);
  CHECK(creations[0].topics[0].num_partitions == -1);
  CHECK_FALSE(creations[0].validate_only);
  auto y = answer<kafka::metadata_response>(12);
  REQUIRE(y.topics.size() == 1);
  CHECK(y.topics[0].error_code == 0);
  CHECK(y.topics[0].topic_id == id_of(5));
  CHECK(y.topics[0].partitions.at(0).leader_id == this_node);
  CHECK(y.topics[0].partitions.at(0).offline_replicas.empty());
  ask(x, 12);
  CHECK(creations.size() == 1);
}

TEST_CASE_FIXTURE(
    session_fixture,
    "create_topics: a silent controller is answered for in time") {
  start(routing_builder().build());
  mute = true;
  kafka::create_topics_request x;
  x.topics.resize(1);
  x.topics[0].name = "new";
  ask(x, 1);
  CHECK(connection->replies.empty());
  pass_all_deadlines();
  auto y = answer<kafka::create_topics_response>(1);
  CHECK(y.topics[0].error_code == 7);
  CHECK(y.topics[0].error_message.has_value());
}

TEST_CASE_FIXTURE(session_fixture,
                  "create_topics: nothing left to decide asks nobody") {
  start(routing_builder().build());
  kafka::create_topics_request x;
  x.topics.resize(2);
  x.topics[0].name = "twice";
  x.topics[1].name = "twice";
  ask(x, 7);
  CHECK(creations.empty());
  auto y = answer<kafka::create_topics_response>(7);
  REQUIRE(y.topics.size() == 1);
  CHECK(y.topics[0].error_code == 42);
}

TEST_CASE_FIXTURE(session_fixture,
                  "describe_acls: there is no authorizer to ask") {
  start(routing_builder().build());
  ask(kafka::describe_acls_request{}, 3);
  auto y = answer<kafka::describe_acls_response>(3);
  CHECK(y.error_code == 54);
  CHECK(y.error_message.has_value());
}

} // namespace troupe::actors
