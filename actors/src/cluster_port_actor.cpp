// SPDX-License-Identifier: Apache-2.0
#include "cluster_port_actor.h"

#include <utility>

namespace troupe::actors {

cluster_port_actor::behavior_type cluster_port(cluster_port_actor::pointer self,
                                               membership_actor nodes,
                                               open_remote open) {
  return {
      [self, nodes](const peer_hello& x) { return self->delegate(nodes, x); },
      [open](const open_remote_consumer& x) { return open(x); },
  };
}

} // namespace troupe::actors
