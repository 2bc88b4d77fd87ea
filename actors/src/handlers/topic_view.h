// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../routing.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe::actors::handlers {

/// A partition as clients are told of it.
struct partition_view {
  int16_t error_code = 0;
  cluster::node_id leader = cluster::no_node;
  cluster::leader_epoch_t leader_epoch = -1;
  std::vector<cluster::node_id> replicas;
  std::vector<cluster::node_id> isr;
  std::vector<cluster::node_id> offline_replicas;
};

/// A partition whose leader is not heard from, or is here without an actor,
/// has no leader for clients.
partition_view view(const topic_route& topic, size_t partition,
                    const cluster::metadata_image& image,
                    cluster::node_id self);

/// Why `name` cannot be looked up: 17 when it is no topic name at all, else 3.
int16_t unknown_topic_code(const std::string& name) noexcept;

} // namespace troupe::actors::handlers
