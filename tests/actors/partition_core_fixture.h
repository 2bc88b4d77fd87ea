// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "partition_core.h"
#include "routing_fixture.h"

#include <memory>
#include <utility>

namespace troupe::actors {

/// Of a partition that is on this node only.
inline cluster::partition_registration
lone_registration(cluster::leader_epoch_t epoch) {
  return {this_node, epoch, {this_node}, {this_node}};
}

inline partition_core
alone(std::unique_ptr<storage::log> log, cluster::leader_epoch_t epoch,
      cluster::durability level = cluster::durability::page_cache) {
  return {std::move(log), {this_node, level}, lone_registration(epoch), {}};
}

/// As much as there is, as a client reads.
inline partition_core::read_outcome read(partition_core& core,
                                         storage::offset_t from,
                                         cluster::leader_epoch_t claimed = -1) {
  return core.read(from, 1 << 20, claimed, read_source::leader);
}

} // namespace troupe::actors
