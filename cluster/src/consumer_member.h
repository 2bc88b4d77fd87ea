// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <consumer_group_assignor.h>
#include <troupe/cluster/consumer_group_record.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace troupe::cluster {

/// A member of a KIP-848 group.
struct consumer_member {
  // What it said about itself.
  std::optional<std::string> instance_id;
  std::optional<std::string> rack_id;
  std::string client_id;
  std::string client_host;
  /// -1: never said, which no member that joined is.
  int32_t rebalance_timeout_ms = -1;
  /// Ascending.
  std::vector<std::string> names;
  /// Empty is none.
  std::string regex;
  std::optional<assignor> wanted_assignor;
  /// Only of one that speaks the classic protocol; it offers one at least.
  std::optional<classic_member_metadata> classic;

  // Where it stands.
  int32_t epoch = 0;
  int32_t previous_epoch = 0;
  member_state state = member_state::stable;
  partition_assignment assigned;
  partition_assignment pending_revocation;
  partition_assignment target;

  // What follows from the above.
  /// The topics that exist of those it subscribes to, ascending.
  std::vector<storage::uuid> topics;
  int64_t session_deadline_ms = 0;
  /// It must have given up `pending_revocation` by then.
  std::optional<int64_t> revocation_deadline_ms;
  /// A classic one must have sent the JoinGroup or SyncGroup that is its turn
  /// by then.
  std::optional<int64_t> call_deadline_ms;
  /// Where it stands in the group's deadlines.
  int64_t due_ms = std::numeric_limits<int64_t>::max();

  size_t subscription_bytes() const noexcept {
    auto bytes = regex.size();
    for (const auto& name : names)
      bytes += name.size();
    if (classic)
      for (const auto& protocol : classic->protocols)
        bytes += protocol.name.size() + protocol.metadata.size();
    return bytes;
  }
};

} // namespace troupe::cluster
