// SPDX-License-Identifier: Apache-2.0
#include <placement.h>
#include <troupe/storage/assert.h>

#include <algorithm>
#include <string>
#include <utility>

namespace troupe::cluster {

std::vector<replica_list>
place_partitions(const metadata_image& image, size_t start, size_t first,
                 size_t count, size_t replication_factor) {
  ASSERT(replication_factor > 0);
  ASSERT(replication_factor <= image.nodes.size());
  std::vector<node_id> nodes;
  for (const auto& [id, node] : image.nodes)
    nodes.push_back(id);
  std::vector<replica_list> placement;
  placement.reserve(count);
  for (auto p = first; p < first + count; ++p) {
    auto leader = (start + p) % nodes.size();
    auto gap = p / nodes.size();
    replica_list replicas{nodes[leader]};
    for (size_t i = 0; i + 1 < replication_factor; ++i) {
      auto distance = 1 + (gap + i) % (nodes.size() - 1);
      replicas.push_back(nodes[(leader + distance) % nodes.size()]);
    }
    placement.push_back(std::move(replicas));
  }
  return placement;
}

decision check_placement(const metadata_image& image,
                         std::span<const replica_list> placement,
                         size_t replication_factor) {
  auto fault = [](std::string message) {
    return refuse(refusal::invalid_replica_assignment, std::move(message));
  };
  for (const auto& replicas : placement) {
    if (replicas.empty())
      return fault("a partition of the assignment has no replica");
    if (replication_factor == 0)
      replication_factor = replicas.size();
    if (replicas.size() != replication_factor)
      return fault("a partition of the assignment has "
                   + std::to_string(replicas.size())
                   + " replicas where the others have "
                   + std::to_string(replication_factor));
    for (auto i = replicas.begin(); i != replicas.end(); ++i) {
      if (!image.nodes.contains(*i))
        return fault("the assignment names the unknown broker "
                     + std::to_string(*i));
      if (std::find(replicas.begin(), i, *i) != i)
        return fault("the assignment names broker " + std::to_string(*i)
                     + " twice for a partition");
    }
  }
  return {};
}

std::vector<partition_registration>
register_partitions(std::vector<replica_list> placement) {
  std::vector<partition_registration> partitions;
  partitions.reserve(placement.size());
  for (auto& replicas : placement) {
    ASSERT(!replicas.empty());
    partition_registration x;
    x.leader = replicas.front();
    x.isr = replicas;
    x.replicas = std::move(replicas);
    partitions.push_back(std::move(x));
  }
  return partitions;
}

decision refuse(refusal what, std::string message) {
  return {what, std::move(message)};
}

decision check_partition_bound(const metadata_image& image, int64_t count,
                               int64_t added, int64_t partitions_max) {
  if (count > partitions_max)
    return refuse(refusal::invalid_partitions,
                  "a topic of " + std::to_string(count)
                      + " partitions is larger than the "
                      + std::to_string(partitions_max)
                      + " that troupe.partitions.max allows in all");
  auto total = static_cast<int64_t>(image.partition_count());
  if (added > partitions_max - total)
    return refuse(refusal::policy_violation,
                  std::to_string(added) + " more partitions to the "
                      + std::to_string(total)
                      + " that exist would exceed troupe.partitions.max="
                      + std::to_string(partitions_max));
  return {};
}

} // namespace troupe::cluster
