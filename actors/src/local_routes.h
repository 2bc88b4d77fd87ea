// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "routing.h"

#include <troupe/actors/problem.h>
#include <troupe/storage/result.h>

namespace troupe::actors {

/// Why a client inside the process has nobody to ask about a partition.
struct route_refusal {
  problem why;
  /// It may have somebody soon: there is no leader yet, or the log is being
  /// opened.
  bool may_pass = false;
};

using local_route = result<partition_actor, route_refusal>;

/// Whom to append to: the leader, if that is this node. Of a topic of another
/// kind than log it is the leader of its inbox.
local_route find_local_leader(const routing& routes, cluster::node_id self,
                              const storage::topic_partition& what);
/// The leader of just this partition, if that is this node.
local_route find_leader_here(const routing& routes, cluster::node_id self,
                             const storage::topic_partition& what);
/// Whom to read from: a replica on this node, whether it leads or not.
local_route find_local_replica(const routing& routes, cluster::node_id self,
                               const storage::topic_partition& what);

} // namespace troupe::actors
