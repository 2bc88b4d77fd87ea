// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster_network.h"

#include <caf/actor_system_config.hpp>

#include <cstddef>

namespace troupe::actors {

/// CAF's settings for a node: the `sharing` policy (an actor woken by one that
/// then blocks would wait 20 ms under `stealing`), few threads, and a bound on
/// how long one actor keeps a thread.
struct node_actor_config : caf::actor_system_config {
  explicit node_actor_config(size_t scheduler_threads) {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", scheduler_threads);
    set("scheduler.max-throughput", size_t{64});
    set("logger.verbosity", caf::atom("quiet"));
  }

  /// For a node that other nodes can reach: loads CAF's network, with a thread
  /// of its own.
  void enable_network(const cluster_listener& x);
};

} // namespace troupe::actors
