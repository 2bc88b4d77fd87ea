// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/group_record.h>
#include <troupe/cluster/group_requests.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::cluster {

inline size_t
subscription_bytes(std::span<const group_protocol> protocols) noexcept {
  size_t sum = 0;
  for (const auto& x : protocols)
    sum += x.name.size() + x.metadata.size();
  return sum;
}

/// A JoinGroup or SyncGroup that waits for the others.
struct parked_call {
  uint64_t ticket = 0;
  /// The connection is gone: still counts as waiting, but gets no answer.
  bool forgotten = false;
};

/// A member of a classic group.
struct classic_member {
  std::optional<std::string> group_instance_id;
  std::string client_id;
  std::string client_host;
  int32_t rebalance_timeout_ms = 0;
  int32_t session_timeout_ms = 0;
  /// The most wanted first; names differ.
  std::vector<group_protocol> protocols;
  opaque_bytes assignment;

  std::optional<parked_call> join;
  std::optional<parked_call> sync;
  /// Has seen no generation yet. It may not know its id, so its first JoinGroup
  /// is waited for longer than a session.
  bool is_new = false;
  /// The client was told the id before it joined (KIP-394).
  bool knows_id = true;
  /// Owes the SyncGroup of the present generation.
  bool owes_sync = false;
  /// Not looked at while a call of a known member is parked.
  int64_t session_end_ms = 0;

  bool is_static() const noexcept { return group_instance_id.has_value(); }

  /// A parked call keeps the member alive, unless it is new.
  bool session_runs() const noexcept { return is_new || (!join && !sync); }

  /// Null when the member does not offer `protocol`.
  const opaque_bytes* metadata(std::string_view protocol) const noexcept {
    for (const auto& x : protocols)
      if (x.name == protocol)
        return &x.metadata;
    return nullptr;
  }
};

} // namespace troupe::cluster
