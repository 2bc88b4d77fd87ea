// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/peer_interfaces.h>
#include <troupe/actors/remote_interfaces.h>

#include <caf/typed_event_based_actor.hpp>

#include <functional>

namespace troupe::actors {

/// What is published at a node's cluster port.
using cluster_port_actor = peer_gate_actor::extend<
    // A consumer in another process wants to be read for.
    replies_to<open_remote_consumer>::with<remote_consumer_opened>>;

/// Makes a consumer for another process, or says why not.
using open_remote =
    std::function<remote_consumer_opened(const open_remote_consumer&)>;

/// Sends nodes to the membership; `open` makes the rest. Pooled.
cluster_port_actor::behavior_type cluster_port(cluster_port_actor::pointer self,
                                               membership_actor nodes,
                                               open_remote open);

} // namespace troupe::actors
