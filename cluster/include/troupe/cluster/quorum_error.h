// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Why the quorum does not do what it was asked. Nothing was changed then.
enum class quorum_error : uint8_t {
  /// Ask the leader.
  not_leader,
  /// Elected, but has not committed an entry of its epoch yet: ask again.
  not_ready,
  /// Leadership is being handed over: ask again, maybe somebody else.
  handing_over,
  /// The log does not end where the decision was made.
  log_moved_on,
  /// The delta contradicts the metadata.
  invalid_delta,
  /// The last change of voters is not committed yet: ask again.
  voters_changing,
  /// Not among the voters.
  not_a_voter,
  already_a_voter,
  /// Has not caught up with the log (or was not heard of).
  lagging,
  /// Without it nobody would vote.
  last_voter,
  /// The disk is full or busy: ask again.
  storage_unavailable,
  /// The quorum on this node has stopped: see `quorum::storage_error`.
  storage_failed,
};

/// Stable name of `x`, for logs and tests.
std::string_view to_string(quorum_error x) noexcept;

} // namespace troupe::cluster

#pragma GCC visibility pop
