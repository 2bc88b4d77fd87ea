// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/interfaces.h>
#include <troupe/actors/messages/membership.h>
#include <troupe/actors/messages/peer.h>
#include <troupe/cluster/peer_handshake.h>

#include <caf/actor_control_block.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

/// Who talks to whom between nodes, and who keeps the links on each.
///
///   replica ── request_batches ─> link ═ send_pull ═════> link ── pull_records
///   replica <── batches_pulled ── link <═ pull_answered ═ link <─
///   records_pulled
///
/// Of two nodes the one with the lower id dials, so that the two never dial
/// each other at once: each side would close the connection that the other
/// keeps.
namespace troupe::actors {

/// What the other end of a link may send: everything here crosses nodes.
using remote_link_actor = caf::typed_actor<
    // A heartbeat.
    replies_to<peer_ping>::with<peer_pong>,
    // A follower over there wants batches of a partition led here.
    reacts_to<send_pull>,
    // What was pulled, piece by piece.
    reacts_to<pull_answered>, reacts_to<pull_continued>,
    // Room for more of those.
    reacts_to<grant_credit>>;

/// The actors of a node that others talk to directly, with requests that have
/// finite timeouts. Without types, because a handle on the wire has none: a
/// newer version may understand more than what we know of it.
struct peer_handles {
  caf::strong_actor_ptr quorum;
  caf::strong_actor_ptr controller;
};

/// The dialling node introduces itself.
struct peer_hello {
  cluster::peer_identity from;
  /// Whom it means to have dialled; `no_node` while it knows nobody's id.
  cluster::node_id to = cluster::no_node;
  /// Its end of the link; null as long as it has no id.
  remote_link_actor link;
  peer_handles handles;
  /// Bytes of batches that it takes before it grants more.
  uint64_t credit_bytes = 0;
};

/// Answer to peer_hello.
struct peer_welcome {
  /// Why the node will not work with the other; empty: it will.
  std::string refusal;
  cluster::peer_version_t version = 0;
  cluster::peer_identity from;
  remote_link_actor link;
  peer_handles handles;
  uint64_t credit_bytes = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_handles& x) {
  return f(caf::meta::type_name("peer_handles"), x.quorum, x.controller);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_hello& x) {
  return f(caf::meta::type_name("peer_hello"), x.from, x.to, x.link, x.handles,
           x.credit_bytes);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_welcome& x) {
  return f(caf::meta::type_name("peer_welcome"), x.refusal, x.version, x.from,
           x.link, x.handles, x.credit_bytes);
}

/// What is published at a node's cluster port: the only actor that strangers
/// can name.
using peer_gate_actor =
    caf::typed_actor<replies_to<peer_hello>::with<peer_welcome>>;

/// A follower on this node, as its link sees it.
using replica_client_actor = caf::typed_actor<
    // What it pulled, or why not.
    reacts_to<batches_pulled>>;

/// Pull from the node that a link goes to; exactly one batches_pulled follows,
/// at once when the node is down. One per partition; the next one says that
/// what the last one brought was written.
struct request_batches {
  pull_batches pull;
  replica_client_actor client;
};

/// A link's other end is there, and can be talked to.
struct peer_up {
  cluster::peer_identity peer;
  cluster::peer_version_t version = 0;
  peer_handles handles;
};

/// Whoever wants to know at once when a node cannot be heard any more: the
/// quorum, the controller.
using peer_listener_actor = caf::typed_actor<reacts_to<peer_lost>>;

/// This node belongs to a cluster from now on, and others may talk to these of
/// its actors.
struct adopt_identity {
  std::string cluster_id;
  cluster::node_id node = cluster::no_node;
  peer_handles handles;
  std::vector<peer_listener_actor> listeners;
};

/// The passive side of a link: a node that was let in.
struct accept_peer {
  peer_hello hello;
  cluster::peer_version_t version = 0;
};

/// The address to dial has changed.
struct dial_there {
  peer_address address;
};

/// A link cannot come up, and why: for logs and `troupe cluster`.
struct peer_refused {
  cluster::node_id node = cluster::no_node;
  std::string reason;
};

/// This end of the link to one other node: dials or waits, knows whether the
/// other end lives, carries batches under credit. Detached: it reads slices.
using peer_link_actor = remote_link_actor::extend<
    // From followers on this node.
    reacts_to<request_batches>, reacts_to<forget_pull>,
    // From partitions led here.
    reacts_to<records_pulled>,
    // From the membership.
    reacts_to<accept_peer>, reacts_to<dial_there>,
    // Time passes (from itself).
    reacts_to<link_tick>, reacts_to<dial_due>>;

/// Answer to find_cluster.
struct cluster_found {
  problem why;
  cluster::peer_identity from;
  peer_handles handles;
};

/// Keeps a link to every other node, lets nodes in at the cluster port and
/// publishes who can be reached.
using membership_actor = peer_gate_actor::extend<
    // Which nodes there are.
    reacts_to<follow_nodes>,
    // Joining a cluster.
    replies_to<find_cluster>::with<cluster_found>, reacts_to<adopt_identity>,
    // From the links.
    reacts_to<peer_up>, reacts_to<peer_lost>, reacts_to<peer_refused>,
    // `troupe cluster`.
    replies_to<describe_peers>::with<peers_description>>;

} // namespace troupe::actors

#pragma GCC visibility pop

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::request_batches)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::peer_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::accept_peer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::adopt_identity)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::dial_there)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::peer_refused)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::cluster_found)
