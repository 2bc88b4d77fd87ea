// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_record.h>
#include <troupe/cluster/quorum_role.h>

#include <cstdint>
#include <optional>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// The quorum as one node sees it; only the leader sees the replicas.
struct quorum_description {
  /// A voter or observer, as the leader sees it; times in milliseconds.
  struct replica {
    node_id id = no_node;
    bool voter = false;
    /// What it has on disk, as far as known; no_offset: nothing known.
    offset_t end_offset = storage::no_offset;
    /// Since it last asked, and since it last had everything; empty: never.
    std::optional<int64_t> silent_ms;
    std::optional<int64_t> behind_ms;

    bool operator==(const replica&) const = default;
  };

  node_id self = no_node;
  quorum_role role = quorum_role::unattached;
  leader_epoch_t epoch = 0;
  node_id leader = no_node;
  offset_t high_watermark = 0;
  offset_t end_offset = 0;
  std::vector<quorum_voter> voters;
  /// Voters in their order, then observers by id; includes the leader itself.
  std::vector<replica> replicas;

  bool operator==(const quorum_description&) const = default;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
