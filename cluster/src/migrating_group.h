// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/group_protocol.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::cluster {

/// The members of the classic protocol that a group takes with it when it
/// changes its own (KIP-848), in terms of both protocols.
struct migrating_group {
  struct member {
    std::string member_id;
    std::optional<std::string> instance_id;
    std::string client_id;
    std::string client_host;
    int32_t rebalance_timeout_ms = 0;
    int32_t session_timeout_ms = 0;
    /// The most wanted first; names differ.
    std::vector<group_protocol> protocols;
    /// Empty: it has none, or not yet.
    opaque_bytes assignment;

    bool operator==(const member&) const = default;
  };
  int32_t generation = 0;
  std::vector<member> members;

  bool operator==(const migrating_group&) const = default;
};

} // namespace troupe::cluster
