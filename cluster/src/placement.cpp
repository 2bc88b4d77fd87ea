// SPDX-License-Identifier: Apache-2.0
#include <election.h>
#include <node_marks.h>
#include <placement.h>
#include <refused.h>
#include <troupe/storage/assert.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::cluster {

namespace {

/// Chooses replicas out of nodes in their order of preference, first those
/// whose rack has none yet.
class rack_spreader {
public:
  explicit rack_spreader(const metadata_image& image) : image_(image) {}

  replica_list choose(const replica_list& preferred, size_t count) {
    replica_list chosen;
    while (chosen.size() < count) {
      racks_.clear();
      for (auto node : preferred)
        if (chosen.size() < count && !contains(chosen, node)
            && racks_.insert(image_.nodes.at(node).rack).second)
          chosen.push_back(node);
    }
    return chosen;
  }

private:
  const metadata_image& image_;
  std::set<std::string_view> racks_;
};

} // namespace

std::vector<node_id> roomy_nodes(const metadata_image& image, size_t count) {
  auto usable = usable_nodes(image);
  auto roomy = usable;
  std::erase_if(roomy, [&image](node_id node) {
    return has_mark(image, node, node_mark::crowded);
  });
  return roomy.size() < count ? usable : roomy;
}

std::vector<replica_list>
place_partitions(const metadata_image& image, size_t start, size_t first,
                 size_t count, size_t replication_factor) {
  auto nodes = roomy_nodes(image, replication_factor);
  ASSERT(replication_factor > 0);
  ASSERT(replication_factor <= nodes.size());
  rack_spreader spreader{image};
  std::vector<replica_list> placement;
  placement.reserve(count);
  for (auto p = first; p < first + count; ++p) {
    auto leader = (start + p) % nodes.size();
    auto gap = p / nodes.size();
    replica_list preferred{nodes[leader]};
    for (size_t i = 0; i + 1 < nodes.size(); ++i) {
      auto distance = 1 + (gap + i) % (nodes.size() - 1);
      preferred.push_back(nodes[(leader + distance) % nodes.size()]);
    }
    placement.push_back(spreader.choose(preferred, replication_factor));
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

decision check_leadership(const metadata_image& image,
                          std::span<const replica_list> placement) {
  auto leads = [&image](node_id node) {
    return stays_in_service(image.nodes, node);
  };
  for (const auto& replicas : placement)
    if (std::none_of(replicas.begin(), replicas.end(), leads))
      return refuse(refusal::invalid_replica_assignment,
                    "all brokers that a partition is assigned to are fenced "
                    "or leaving");
  return {};
}

std::vector<partition_registration>
register_partitions(const metadata_image& image,
                    std::vector<replica_list> placement) {
  std::vector<partition_registration> partitions;
  partitions.reserve(placement.size());
  for (auto& replicas : placement) {
    partition_registration x;
    for (auto node : replicas)
      if (stays_in_service(image.nodes, node))
        x.isr.push_back(node);
    ASSERT(!x.isr.empty());
    x.leader = x.isr.front();
    x.replicas = std::move(replicas);
    partitions.push_back(std::move(x));
  }
  return partitions;
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
