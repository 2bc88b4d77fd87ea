// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>
#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Partitions of one topic in a consumer_group_heartbeat.
struct heartbeat_topic_partitions {
  storage::uuid topic_id;
  std::vector<int32_t> partitions;
};

/// Joins, leaves or stays in a group whose assignment the broker makes
/// (KIP-848). What did not change since the last one is null.
struct consumer_group_heartbeat_request {
  static constexpr api_key api = api_key::consumer_group_heartbeat;

  std::string group_id;
  /// Chosen by the client from version 1 on.
  std::string member_id;
  /// 0 joins, -1 leaves, -2 is a static member that will be back.
  int32_t member_epoch = 0;
  std::optional<std::string> instance_id;
  std::optional<std::string> rack_id;
  /// -1 is unchanged.
  int32_t rebalance_timeout_ms = -1;
  std::optional<std::vector<std::string>> subscribed_topic_names;
  std::optional<std::string> subscribed_topic_regex;
  std::optional<std::string> server_assignor;
  /// What the member owns at present.
  std::optional<std::vector<heartbeat_topic_partitions>> topic_partitions;
};

/// The member's epoch, and its assignment when that changed.
struct consumer_group_heartbeat_response {
  static constexpr api_key api = api_key::consumer_group_heartbeat;

  struct assigned {
    std::vector<heartbeat_topic_partitions> topic_partitions;
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message;
  std::optional<std::string> member_id;
  int32_t member_epoch = 0;
  int32_t heartbeat_interval_ms = 0;
  std::optional<assigned> assignment;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
