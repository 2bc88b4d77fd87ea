// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <consumer_group.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::cluster::test {

/// The id of the topic with this name, the same in every test.
storage::uuid id_of(const std::string& topic);

/// Partitions 0 to `count` - 1 of a topic.
partition_assignment all_of(const std::string& topic, int32_t count);

/// A request to join with everything that it needs.
consumer_heartbeat_request
join_as(const std::string& member, std::vector<std::string> topics);

/// One group on virtual time, with the topics that there are and the records
/// that were written.
struct consumer_group_fixture {
  consumer_group_config config;
  group_time now{1'000'000, 1'700'000'000'000};
  std::unique_ptr<consumer_group> group;
  std::vector<consumer_group_record> log;

  /// `topics`: names and partition counts.
  explicit consumer_group_fixture(
      std::vector<std::pair<std::string, int32_t>> topics);

  void set_topics(std::vector<std::pair<std::string, int32_t>> topics);
  const group_topics& topics() const noexcept { return topics_; }

  /// Checks the request by itself, then asks the group.
  consumer_heartbeat_answer send(const consumer_heartbeat_request& x);
  consumer_heartbeat_answer
  join(const std::string& member, std::vector<std::string> topics);
  /// A heartbeat that says nothing new.
  consumer_heartbeat_answer beat(const std::string& member, int32_t epoch);
  consumer_heartbeat_answer
  beat(const std::string& member, int32_t epoch, partition_assignment owned);
  consumer_heartbeat_answer leave(const std::string& member);
  /// Lets time pass and does what is due then. Returns the records.
  std::vector<consumer_group_record> pass(int64_t duration_ms);
  /// Drops the group and loads it from the log.
  void restart();
  std::string state() const;

private:
  group_topics topics_;
  int64_t version_ = 0;
};

} // namespace troupe::cluster::test
