// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/group_error.h>
#include <troupe/storage/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// States of a KIP-848 group. `dead` is what a group is that does not exist.
enum class consumer_group_state : uint8_t {
  empty,
  /// The target assignment is older than the group's epoch.
  assigning,
  /// Not every member has what the target assignment says.
  reconciling,
  stable,
  dead,
};

/// As Kafka prints it: `Reconciling`.
std::string_view to_string(consumer_group_state x) noexcept;

/// ConsumerGroupDescribe, one group. An unknown group, and one of the classic
/// protocol, is `dead` with group_id_not_found.
struct consumer_group_description {
  /// Partitions of one topic, ascending.
  struct topic_partitions {
    storage::uuid topic_id;
    std::string topic_name;
    std::vector<int32_t> partitions;

    bool operator==(const topic_partitions&) const = default;
  };
  /// One member; what it has and what it shall have.
  struct member {
    std::string member_id;
    std::optional<std::string> instance_id;
    std::optional<std::string> rack_id;
    int32_t member_epoch = 0;
    std::string client_id;
    std::string client_host;
    std::vector<std::string> subscribed_topic_names;
    std::optional<std::string> subscribed_topic_regex;
    /// It sends JoinGroup and Heartbeat, not ConsumerGroupHeartbeat.
    bool speaks_classic = false;
    /// Without topics that were deleted meanwhile.
    std::vector<topic_partitions> assignment;
    std::vector<topic_partitions> target_assignment;

    bool operator==(const member&) const = default;
  };
  group_error error = group_error::none;
  std::string group_id;
  consumer_group_state state = consumer_group_state::dead;
  int32_t group_epoch = 0;
  int32_t assignment_epoch = 0;
  std::string assignor_name;
  std::vector<member> members;

  bool operator==(const consumer_group_description&) const = default;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
