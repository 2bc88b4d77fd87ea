// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Why the controller refuses; `actors/error_map` gives each its Kafka code.
enum class refusal : uint8_t {
  none = 0,
  invalid_topic_name,
  topic_exists,
  unknown_topic,
  unknown_topic_id,
  invalid_partitions,
  invalid_replication_factor,
  invalid_replica_assignment,
  invalid_config,
  invalid_request,
  policy_violation,
  topic_deletion_disabled,
  /// Another node decides, or knows more than this one.
  not_controller,
  /// Another process has this node id and is alive.
  duplicate_node,
  unknown_node,
  /// The node registered again since, or was fenced.
  stale_incarnation,
  fenced_leader_epoch,
  /// The partition changed since (its partition epoch is higher).
  stale_partition_epoch,
  /// A replica that may not be in sync: fenced, leaving or unknown.
  ineligible_replica,
  no_reassignment,
  preferred_leader_not_available,
  eligible_leaders_not_available,
  election_not_needed,
};

/// The last one, for whoever goes through all of them.
inline constexpr refusal refusal_last = refusal::election_not_needed;

/// Its name as in the source, for logs; static text.
std::string_view to_string(refusal x) noexcept;

} // namespace troupe::cluster

#pragma GCC visibility pop
