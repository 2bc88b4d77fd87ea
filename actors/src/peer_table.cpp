// SPDX-License-Identifier: Apache-2.0
#include "peer_table.h"

namespace troupe::actors {

std::vector<peer_address> addresses_of(const cluster::metadata_image& image) {
  std::vector<peer_address> all;
  for (const auto& [id, node] : image.nodes)
    if (node.cluster_port != 0)
      all.push_back({id, node.cluster_host, node.cluster_port});
  for (const auto& voter : image.voters)
    if (!image.nodes.contains(voter.id) && voter.port != 0)
      all.push_back({voter.id, voter.host, voter.port});
  return all;
}

} // namespace troupe::actors
