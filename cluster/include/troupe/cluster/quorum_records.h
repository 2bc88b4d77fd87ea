// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::cluster {

/// A node that votes, and where its cluster listener is.
struct quorum_voter {
  node_id id = no_node;
  std::string host;
  uint16_t port = 0;

  bool operator==(const quorum_voter&) const = default;
};

/// First record of each leader: only an entry of its own epoch lets it commit
/// what earlier leaders left behind (Raft, section 5.4.2).
struct leader_began {
  leader_epoch_t epoch = 0;
  node_id leader = no_node;

  bool operator==(const leader_began&) const = default;
};

/// The voters from here on, in force as soon as the record is in the log. At
/// most one node differs from the voters before (KIP-853).
struct voters_replaced {
  std::vector<quorum_voter> voters;

  bool operator==(const voters_replaced&) const = default;
};

} // namespace troupe::cluster
