// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/consumer_group_fixture.h>

#include <troupe/cluster/consumer_group_record_codec.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

namespace troupe::cluster::test {

storage::uuid id_of(const std::string& topic) {
  storage::uuid id;
  id.bytes[0] = 1;
  std::copy_n(topic.begin(), std::min<size_t>(topic.size(), 15),
              id.bytes.begin() + 1);
  return id;
}

partition_assignment all_of(const std::string& topic, int32_t count) {
  std::vector<int32_t> partitions(static_cast<size_t>(count));
  std::iota(partitions.begin(), partitions.end(), 0);
  return {{id_of(topic), std::move(partitions)}};
}

consumer_heartbeat_request
join_as(const std::string& member, std::vector<std::string> topics) {
  consumer_heartbeat_request x;
  x.group_id = "g";
  x.member_id = member;
  x.client_id = "client";
  x.client_host = "/127.0.0.1";
  x.rebalance_timeout_ms = 60000;
  x.subscribed_topic_names = std::move(topics);
  x.topic_partitions = partition_assignment{};
  return x;
}

consumer_group_fixture::consumer_group_fixture(
    std::vector<std::pair<std::string, int32_t>> topics)
    : group(std::make_unique<consumer_group>("g", config)) {
  set_topics(std::move(topics));
}

void consumer_group_fixture::set_topics(
    std::vector<std::pair<std::string, int32_t>> topics) {
  std::vector<group_topic> all;
  for (auto& [name, count] : topics)
    all.push_back({name, id_of(name), count});
  topics_ = group_topics{std::move(all), ++version_, topics_};
}

consumer_heartbeat_answer
consumer_group_fixture::send(const consumer_heartbeat_request& x) {
  auto refusal = check_consumer_heartbeat(x);
  if (refusal.error != group_error::none) {
    CHECK(refusal.error_message);
    return refusal;
  }
  auto outcome = group->heartbeat(x, topics_, now);
  log.insert(log.end(), outcome.records.begin(), outcome.records.end());
  if (outcome.answer.error != group_error::none) {
    CHECK(outcome.records.empty());
    CHECK(outcome.answer.error_message);
  }
  return outcome.answer;
}

consumer_heartbeat_answer
consumer_group_fixture::join(const std::string& member,
                             std::vector<std::string> topics) {
  return send(join_as(member, std::move(topics)));
}

consumer_heartbeat_answer
consumer_group_fixture::beat(const std::string& member, int32_t epoch) {
  consumer_heartbeat_request x;
  x.group_id = "g";
  x.member_id = member;
  x.client_id = "client";
  x.client_host = "/127.0.0.1";
  x.member_epoch = epoch;
  return send(x);
}

consumer_heartbeat_answer
consumer_group_fixture::beat(const std::string& member, int32_t epoch,
                             partition_assignment owned) {
  consumer_heartbeat_request x;
  x.group_id = "g";
  x.member_id = member;
  x.client_id = "client";
  x.client_host = "/127.0.0.1";
  x.member_epoch = epoch;
  x.topic_partitions = std::move(owned);
  return send(x);
}

consumer_heartbeat_answer
consumer_group_fixture::leave(const std::string& member) {
  return beat(member, leaving_epoch);
}

std::vector<consumer_group_record>
consumer_group_fixture::pass(int64_t duration_ms) {
  now.steady_ms += duration_ms;
  now.wall_ms += duration_ms;
  auto records = group->tick(now);
  log.insert(log.end(), records.begin(), records.end());
  return records;
}

void consumer_group_fixture::restart() {
  group = std::make_unique<consumer_group>("g", config);
  for (const auto& record : log) {
    auto bytes = encode(record);
    std::optional<std::span<const std::byte>> value;
    if (bytes.value)
      value = *bytes.value;
    auto read = decode_consumer_group_record(bytes.key, value);
    REQUIRE(read);
    REQUIRE(*read == record);
    group->load(*read);
  }
  group->loaded(now);
}

std::string consumer_group_fixture::state() const {
  return std::string{to_string(group->state())};
}

} // namespace troupe::cluster::test
