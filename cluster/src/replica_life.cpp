// SPDX-License-Identifier: Apache-2.0
#include <election.h>
#include <troupe/cluster/replica_life.h>

namespace troupe::cluster {

std::vector<replica_life>
eligible_lives(const partition_registration& x, const node_table& nodes) {
  std::vector<replica_life> found;
  for (auto node : x.replicas)
    if (stays_in_service(nodes, node))
      found.push_back({node, nodes.at(node).incarnation});
  return found;
}

} // namespace troupe::cluster
