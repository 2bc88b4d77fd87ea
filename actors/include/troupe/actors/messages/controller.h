// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/problem.h>
#include <troupe/cluster/controller_requests.h>
#include <troupe/cluster/metadata_image.h>
#include <troupe/cluster/quorum_description.h>

#include <caf/allowed_unsafe_message_type.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

/// What nodes ask the controller about themselves and their partitions, and
/// how questions reach the node whose controller decides. Cross nodes.
namespace troupe::actors {

/// What the controller makes of a heartbeat. With a problem the rest means
/// nothing: another node decides, or the node has to register again.
struct heartbeat_answered {
  problem why;
  bool fenced = true;
  /// It leads nothing any more that somebody else could.
  bool may_stop = false;
};

/// A leader found that its in-sync replicas changed (KIP-497, AlterPartition).
/// What is decided comes back as metadata; the answer tells of refusals.
struct propose_isr {
  cluster::isr_alteration what;
};

/// The controller's verdict on a `propose_isr`; a change that was made comes as
/// metadata.
struct isr_judged {
  problem why;
};

/// A node needs ids to give to idempotent producers.
struct take_producer_ids {
  cluster::node_id node = cluster::no_node;
};

/// [first, end).
struct producer_ids_taken {
  problem why;
  int64_t first = -1;
  int64_t end = -1;
};

/// A question that the controller of another node was asked, for the one that
/// decides. It never goes on from there.
template <class Question>
struct forwarded {
  Question question;
};

/// One problem per item of the question; what was decided is in images that
/// end at `end_offset` or later.
struct decided_elsewhere {
  std::vector<problem> results;
  storage::offset_t end_offset = 0;
};

/// DescribeQuorum, from the controller that leads: nobody else knows how far
/// the others are.
struct quorum_described {
  problem why;
  cluster::quorum_description quorum;
};

/// A process without a node id wants to join. Asking again with the same
/// incarnation gives the same id.
struct join_cluster {
  storage::uuid incarnation;
  std::string rack;
  /// Where its cluster listener is.
  std::string cluster_host;
  uint16_t cluster_port = 0;
  /// Asked by a node that was asked itself: who does not decide, refuses.
  bool passed_on = false;
};

/// The identity that the new node starts with, or why it may not join.
struct cluster_joined {
  problem why;
  std::string cluster_id;
  cluster::node_id node = cluster::no_node;
};

/// Look after nodes and their partitions (the controller to itself). Only the
/// newest number counts.
struct check_nodes {
  uint64_t number = 0;
};

/// This node's sockets are bound: register it and begin its session.
struct start_serving {
  cluster::node_registration node;
  std::chrono::milliseconds patience{0};
};

/// The node may lead; or it cannot, or not within its patience.
struct serving_started {
  problem why;
};

/// Let others lead before this node stops; answered when they do, or when
/// there is no more time.
struct move_leaderships {
  std::chrono::milliseconds patience{0};
};

/// Others lead where they can, or the patience is over: stop.
struct leaderships_moved {};

/// Time for a heartbeat (the lifecycle to itself).
struct beat_due {};

} // namespace troupe::actors

#pragma GCC visibility pop

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::check_nodes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::start_serving)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::serving_started)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::move_leaderships)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::leaderships_moved)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::beat_due)
