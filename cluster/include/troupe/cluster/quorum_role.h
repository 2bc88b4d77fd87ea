// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// What a node does in the quorum. Whether it votes is a matter of the log,
/// not of its role; one that does not vote is only unattached or a follower.
enum class quorum_role : uint8_t {
  /// Knows no leader of its epoch; asks around.
  unattached,
  /// Fetches from the leader of its epoch.
  follower,
  /// Asks the voters whether they would vote for it (KIP-996).
  prospective,
  /// Voted for itself and asks for votes.
  candidate,
  leader,
  /// The storage failed; says nothing any more.
  failed,
};

/// Stable name of `x`, for logs and tests.
std::string_view to_string(quorum_role x) noexcept;

} // namespace troupe::cluster

#pragma GCC visibility pop
