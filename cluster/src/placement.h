// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/controller.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace troupe::cluster {

using replica_list = std::vector<node_id>;

/// Replicas for partitions [first, first + count) of a topic: leaders go round
/// the nodes from `start`, followers sit on the nodes behind the leader, with
/// a gap that widens every round so that no two nodes share everything, and in
/// racks that have no replica yet while there are such. Nodes with nearly full
/// disks only when there are too few others. There must be at least
/// `replication_factor` usable nodes.
std::vector<replica_list>
place_partitions(const metadata_image& image, size_t start, size_t first,
                 size_t count, size_t replication_factor);

/// The usable nodes whose disks have room; all usable nodes when these are
/// fewer than `count`.
std::vector<node_id> roomy_nodes(const metadata_image& image, size_t count);

/// Checks placements that a client asked for: known nodes, none twice, and
/// `replication_factor` of them in each (0: as many as in the first).
decision check_placement(const metadata_image& image,
                         std::span<const replica_list> placement,
                         size_t replication_factor);

/// Checks that each fresh partition would have a replica to lead it.
decision check_leadership(const metadata_image& image,
                          std::span<const replica_list> placement);

/// Fresh partitions: those replicas are in sync whose nodes are in service and
/// stay there, and the first of them leads.
std::vector<partition_registration>
register_partitions(const metadata_image& image,
                    std::vector<replica_list> placement);

/// Checks a new total of partitions of one topic (`added` of them new) against
/// the number the cluster may have.
decision check_partition_bound(const metadata_image& image, int64_t count,
                               int64_t added, int64_t partitions_max);

} // namespace troupe::cluster
