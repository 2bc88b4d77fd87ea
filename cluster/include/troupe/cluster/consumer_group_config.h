// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/group_migration_policy.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Settings and bounds of KIP-848 groups.
struct consumer_group_config {
  /// `group.consumer.session.timeout.ms`
  int32_t session_timeout_ms = 45000;
  /// `group.consumer.heartbeat.interval.ms`
  int32_t heartbeat_interval_ms = 5000;
  /// `group.consumer.max.size`; Kafka's default is 2147483647.
  size_t members_per_group_max = 2147483647;
  /// `group.consumer.assignors`: those that members may ask for. The first one
  /// assigns where nobody asks.
  std::vector<std::string> assignors = {"uniform", "range"};
  /// `group.consumer.migration.policy`
  group_migration_policy migration_policy =
      group_migration_policy::bidirectional;

  /// All topic names that one member subscribes to.
  size_t subscription_bytes_per_member_max = 1048576;
  /// Topic names and regular expressions of all members of a group.
  size_t subscription_bytes_per_group_max = 16777216;
  /// Different regular expressions in one group.
  size_t regexes_per_group_max = 1000;
  /// Of one regular expression.
  size_t regex_bytes_max = 16384;
  /// What RE2 may use while it matches one, and the instructions that it may
  /// compile it to (ADR 0010).
  int64_t regex_memory_bytes_max = 1048576;
  /// The instructions; more are refused.
  int32_t regex_instructions_max = 4000;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
