// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Why a group's coordinator refuses. Each enumerator is the Kafka error of the
/// same name; `actors/error_map` gives it its code.
enum class group_error : uint8_t {
  none = 0,
  /// No coordinator now (the group is being deleted, or a bound that time will
  /// relax is reached): ask again.
  coordinator_not_available,
  /// The offsets partition is still being read.
  coordinator_load_in_progress,
  /// This node does not lead the group's offsets partition.
  not_coordinator,
  offset_metadata_too_large,
  illegal_generation,
  inconsistent_group_protocol,
  invalid_group_id,
  unknown_member_id,
  invalid_session_timeout,
  rebalance_in_progress,
  invalid_request,
  non_empty_group,
  group_id_not_found,
  member_id_required,
  group_max_size_reached,
  fenced_instance_id,
  group_subscribed_to_topic,
  /// KIP-848.
  fenced_member_epoch,
  unreleased_instance_id,
  unsupported_assignor,
  stale_member_epoch,
  invalid_regular_expression,
  unsupported_version,
  /// The answer waited for records that could not be appended.
  unknown_server_error,
};

/// Stable name of `x`, for logs and tests.
std::string_view to_string(group_error x) noexcept;

} // namespace troupe::cluster

#pragma GCC visibility pop
