// SPDX-License-Identifier: Apache-2.0
#include "session_fixture.h"

#include "handlers/item_bound.h"

#include <troupe/transport/kafka/messages/fetch.h>
#include <troupe/transport/kafka/messages/produce.h>

#include <doctest/doctest.h>

namespace troupe::actors {

namespace {

kafka::produce_request producing(const std::string& topic, int16_t acks,
                                 const std::vector<int32_t>& partitions) {
  kafka::produce_request x;
  x.acks = acks;
  x.timeout_ms = 1000;
  auto& to = x.topic_data.emplace_back();
  to.name = topic;
  for (auto partition : partitions) {
    auto& what = to.partition_data.emplace_back();
    what.index = partition;
    what.records.bytes = storage::buffer::copy_of(std::string(100, 'r'));
  }
  return x;
}

kafka::fetch_request
fetching(const std::string& topic, const std::vector<int32_t>& partitions) {
  kafka::fetch_request x;
  x.max_bytes = 1000;
  x.session_epoch = -1;
  auto& from = x.topics.emplace_back();
  from.topic = topic;
  for (auto partition : partitions) {
    auto& what = from.partitions.emplace_back();
    what.partition = partition;
    what.partition_max_bytes = 1000;
  }
  return x;
}

} // namespace

TEST_CASE_FIXTURE(session_fixture,
                  "produce: a partition is appended to once per request") {
  start(routing_builder().topic("a", 1, 2, partition).build());
  ask(producing("a", 1, {0, 1, 0}), 9);
  CHECK(appends.size() == 2);
  auto y = answer<kafka::produce_response>(9);
  const auto& entries = y.responses.at(0).partition_responses;
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].error_code == 0);
  CHECK(entries[1].error_code == 0);
  CHECK(entries[2].index == 0);
  CHECK(entries[2].error_code == 42);
}

TEST_CASE_FIXTURE(session_fixture,
                  "produce: whether enough replicas are in sync its partition "
                  "says") {
  // By the metadata there are too few; the partition may know of more.
  start(routing_builder()
            .topic("a", 1, 1, partition, {{"min.insync.replicas", "2"}})
            .build());
  auto asked = [&](size_t times) {
    ask(producing("a", -1, {0}), 9);
    CHECK(appends.size() == times);
    auto y = answer<kafka::produce_response>(9);
    return y.responses.at(0).partition_responses.at(0).error_code;
  };
  CHECK(asked(1) == 0);
  append_refusal = {errc::not_enough_replicas, "no"};
  CHECK(asked(2) == 19);
}

TEST_CASE_FIXTURE(session_fixture,
                  "produce: who names more than there can be is cut off") {
  start(routing_builder().topic("a", 1, 1, partition).build());
  ask(producing("a", 1, std::vector<int32_t>(handlers::request_items_max)), 9);
  CHECK(appends.empty());
  CHECK(connection->replies.empty());
  CHECK_FALSE(connection->closed.empty());
}

TEST_CASE_FIXTURE(session_fixture,
                  "fetch: a partition is read once per request") {
  start(routing_builder().topic("a", 1, 2, partition).build());
  ask(fetching("a", {1, 1, 0}), 12);
  CHECK(reads.size() == 2);
  auto y = answer<kafka::fetch_response>(12);
  const auto& entries = y.responses.at(0).partitions;
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].error_code == 0);
  CHECK(entries[1].partition_index == 1);
  CHECK(entries[1].error_code == 42);
  CHECK(entries[2].error_code == 0);
}

TEST_CASE_FIXTURE(session_fixture,
                  "fetch: who names more than there can be is cut off") {
  start(routing_builder().topic("a", 1, 1, partition).build());
  ask(fetching("a", std::vector<int32_t>(handlers::request_items_max)), 12);
  CHECK(reads.empty());
  CHECK_FALSE(connection->closed.empty());
}

TEST_CASE_FIXTURE(session_fixture, "fetch: unknown topics say by what name") {
  start(routing_builder().topic("a", 1, 1, partition).build());
  ask(fetching("nope", {0}), 12);
  CHECK(answer<kafka::fetch_response>(12)
            .responses.at(0)
            .partitions.at(0)
            .error_code
        == 3);
  auto by_id = fetching("", {0});
  by_id.topics[0].topic_id = id_of(9);
  ask(by_id, 13);
  CHECK(answer<kafka::fetch_response>(13)
            .responses.at(0)
            .partitions.at(0)
            .error_code
        == 100);
}

} // namespace troupe::actors
