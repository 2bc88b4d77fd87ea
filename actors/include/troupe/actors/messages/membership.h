// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/problem.h>
#include <troupe/cluster/metadata_image.h>
#include <troupe/cluster/peer_handshake.h>

#include <caf/allowed_unsafe_message_type.hpp>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

/// Messages about the other nodes. Local only.
namespace troupe::actors {

/// Where a node listens for other nodes.
struct peer_address {
  cluster::node_id node = cluster::no_node;
  std::string host;
  uint16_t port = 0;

  bool operator==(const peer_address&) const = default;
};

/// Keep links to exactly these nodes (this one may be among them), as the
/// newest metadata has them.
struct follow_nodes {
  std::vector<peer_address> nodes;
};

/// Ask whoever listens there which cluster that is (--join).
struct find_cluster {
  std::string host;
  uint16_t port = 0;
};

/// A node has gone, or cannot be heard: a hint to look elsewhere, no verdict
/// on its life.
struct peer_lost {
  cluster::node_id node = cluster::no_node;
};

/// What a link has done so far. Written by the link alone, read by whoever
/// reports: relaxed atomics.
struct link_counters {
  std::atomic<uint64_t> bytes_sent{0};
  std::atomic<uint64_t> bytes_received{0};
  /// How often batches waited for credit.
  std::atomic<uint64_t> credit_stalls{0};
  /// How often the link came up.
  std::atomic<uint64_t> connects{0};
  /// Of the last heartbeat; 0 before the first.
  std::atomic<uint64_t> round_trip_us{0};
  /// Pulls of local followers that are not answered yet.
  std::atomic<uint64_t> pulls_under_way{0};
};

/// For `troupe cluster` and metrics.
struct describe_peers {};

/// One other node and the link to it. Counters begin with the link actor, and
/// survive reconnections.
struct peer_description {
  peer_address address;
  bool up = false;
  /// What keeps it from being up, for a person.
  std::string reason;
  cluster::peer_identity identity;
  cluster::peer_version_t version = 0;
  uint64_t bytes_sent = 0;
  uint64_t bytes_received = 0;
  uint64_t credit_stalls = 0;
  uint64_t connects = 0;
  uint64_t round_trip_us = 0;
  uint64_t pulls_under_way = 0;
};

/// Every other node that the metadata names.
struct peers_description {
  std::vector<peer_description> peers;
};

/// From a link to itself: look at heartbeats, deadlines and waiting answers. A
/// new series begins when the link comes up, or has to look at once.
struct link_tick {
  uint64_t series = 0;
};

/// From a link to itself: the pause before the next dial is over.
struct dial_due {};

/// The follower does not want the batches of that partition any more.
struct forget_pull {
  storage::topic_partition name;
};

} // namespace troupe::actors

#pragma GCC visibility pop

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::follow_nodes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::find_cluster)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::peer_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::describe_peers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::peers_description)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::link_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::dial_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::forget_pull)
