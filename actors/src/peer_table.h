// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/peer_interfaces.h>

#include <caf/actor_cast.hpp>

#include <map>
#include <vector>

namespace troupe::actors {

/// What this node knows of one other.
struct peer {
  peer_address address;
  /// Its end can be heard.
  bool up = false;
  cluster::uuid incarnation;
  /// Of this node; takes pulls.
  peer_link_actor link;
  /// Of the other node; null while it is not up.
  peer_handles handles;

  /// Handles as what the caller knows them to be.
  template <class Quorum>
  Quorum quorum() const {
    return caf::actor_cast<Quorum>(handles.quorum);
  }
  template <class Controller>
  Controller controller() const {
    return caf::actor_cast<Controller>(handles.controller);
  }
};

/// All other nodes that this one has a link for; never changes.
struct peer_table {
  std::map<cluster::node_id, peer> peers;

  /// Null when unknown.
  const peer* find(cluster::node_id node) const {
    auto found = peers.find(node);
    return found == peers.end() ? nullptr : &found->second;
  }
};

/// Where the nodes of an image listen for other nodes; its voters too, should
/// their registrations not be there yet.
std::vector<peer_address> addresses_of(const cluster::metadata_image& image);

} // namespace troupe::actors
