// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../services.h"

#include <troupe/cluster/metadata_image.h>

namespace troupe::actors::handlers {

/// From where a client sees the cluster: the node that it asked.
struct standpoint {
  cluster::node_id self = cluster::no_node;
  /// Leads the metadata quorum; no_node while that is not known.
  cluster::node_id controller = cluster::no_node;
};

inline standpoint standpoint_of(const services& x) noexcept {
  return {x.config.id, x.quorum_leader != nullptr
                           ? x.quorum_leader->load(std::memory_order_relaxed)
                           : x.config.id};
}

/// Whether clients are told of the node: it is registered and heard from.
inline bool listed(const cluster::metadata_image& image, cluster::node_id id) {
  auto node = image.nodes.find(id);
  return node != image.nodes.end() && !node->second.fenced;
}

/// Whom clients are told to be the controller. Any broker takes what is meant
/// for it, and clients that are told nobody ask again and again.
inline cluster::node_id
controller_seen_from(const standpoint& x,
                     const cluster::metadata_image& image) {
  return listed(image, x.controller) ? x.controller : x.self;
}

} // namespace troupe::actors::handlers
