// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/group_error.h>
#include <troupe/cluster/partition_assignment.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Member epochs with a meaning of their own (KIP-848).
inline constexpr int32_t joining_epoch = 0;
inline constexpr int32_t leaving_epoch = -1;
/// A static member goes and will be back within its session.
inline constexpr int32_t leaving_for_a_while_epoch = -2;

/// ConsumerGroupHeartbeat. What is absent has not changed since the last one.
struct consumer_heartbeat_request {
  std::string group_id;
  std::string member_id;
  int32_t member_epoch = joining_epoch;
  std::optional<std::string> instance_id;
  std::optional<std::string> rack_id;
  std::string client_id;
  std::string client_host;
  /// -1 is absent.
  int32_t rebalance_timeout_ms = -1;
  std::optional<std::vector<std::string>> subscribed_topic_names;
  std::optional<std::string> subscribed_topic_regex;
  std::optional<std::string> server_assignor;
  /// What the member owns now.
  std::optional<partition_assignment> topic_partitions;
  /// v1 and above: the client makes up its own member id.
  bool makes_member_id = true;
};

/// What the member is told: its epoch, and its partitions when they changed.
struct consumer_heartbeat_answer {
  group_error error = group_error::none;
  /// For a person; absent without an error.
  std::optional<std::string> error_message;
  std::string member_id;
  int32_t member_epoch = 0;
  int32_t heartbeat_interval_ms = 0;
  /// All that the member may own; absent when that has not changed.
  std::optional<partition_assignment> assignment;

  bool operator==(const consumer_heartbeat_answer&) const = default;
};

/// What is wrong with the request by itself, whatever the group; no error when
/// nothing is. Comes before any look at the group.
consumer_heartbeat_answer
check_consumer_heartbeat(const consumer_heartbeat_request& x);

} // namespace troupe::cluster

#pragma GCC visibility pop
