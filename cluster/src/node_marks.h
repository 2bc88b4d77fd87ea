// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_record.h>

#include <cstdint>

namespace troupe::cluster {

/// What is wanted of a node over a longer time. A mark is a dynamic
/// configuration of that broker, so that it outlives controllers, shows in
/// tools, and can be taken back with them.
enum class node_mark : uint8_t {
  /// `troupe.node.draining`: its partitions move away, it gets no new ones.
  draining,
  /// `troupe.node.filling`: it is new and is given its share of partitions.
  filling,
  /// `troupe.node.crowded`: its disks are nearly full, others get new
  /// partitions while there are enough of them.
  crowded,
};

/// The name of its configuration.
std::string key_of(node_mark mark);

bool has_mark(const metadata_image& image, node_id node, node_mark mark);

/// The node's configuration with a mark set or taken away.
metadata_record
marked(const metadata_image& image, node_id node, node_mark mark, bool set);

} // namespace troupe::cluster
