// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>

#include <map>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// A replica's node in the life that an image knows. What the node had in an
/// earlier life it may have lost (KIP-903).
struct replica_life {
  node_id node = no_node;
  uuid incarnation;

  bool operator==(const replica_life&) const = default;
};

/// The replicas of a partition that may come into sync: their nodes are in
/// service and do not leave.
std::vector<replica_life>
eligible_lives(const partition_registration& x,
               const std::map<node_id, node_registration>& nodes);

} // namespace troupe::cluster

#pragma GCC visibility pop
