// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/consumer_group_config.h>

#include <cstddef>
#include <cstdint>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Settings and bounds of the groups on one offsets partition.
struct group_config {
  /// `group.min.session.timeout.ms`
  int32_t session_timeout_min_ms = 6000;
  /// `group.max.session.timeout.ms`
  int32_t session_timeout_max_ms = 1800000;
  /// `group.initial.rebalance.delay.ms`: how long an empty group waits for
  /// more members before its first assignment.
  int32_t initial_rebalance_delay_ms = 3000;
  /// `group.max.size`; Kafka's default is 2147483647.
  size_t members_per_group_max = 2147483647;
  /// `offset.metadata.max.bytes`
  size_t offset_metadata_bytes_max = 4096;
  /// `offsets.retention.minutes`, default 7 days.
  int64_t offsets_retention_ms = 7LL * 24 * 60 * 60 * 1000;
  /// Those of KIP-848 groups.
  consumer_group_config consumer;

  /// A member whose first JoinGroup is parked does not know its id yet and
  /// cannot send heartbeats; this long it is waited for (Kafka: constant).
  int32_t new_member_timeout_ms = 300000;
  /// Groups of this offsets partition.
  size_t groups_max = 100000;
  /// Members that were given an id and have not joined with it yet.
  size_t pending_members_per_group_max = 10000;
  /// Protocols that one member may offer.
  size_t protocols_per_member_max = 100;
  /// All subscriptions of one member, names included.
  size_t subscription_bytes_per_member_max = 1048576;
  /// All subscriptions of a group's members.
  size_t subscription_bytes_per_group_max = 16777216;
  /// All assignments of one generation.
  size_t assignment_bytes_per_group_max = 16777216;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
