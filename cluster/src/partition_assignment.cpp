// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/partition_assignment.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace troupe::cluster {

void normalise(partition_assignment& x) {
  for (auto i = x.begin(); i != x.end();) {
    auto& partitions = i->second;
    std::sort(partitions.begin(), partitions.end());
    partitions.erase(std::unique(partitions.begin(), partitions.end()),
                     partitions.end());
    i = partitions.empty() ? x.erase(i) : std::next(i);
  }
}

size_t partition_count(const partition_assignment& x) {
  size_t count = 0;
  for (const auto& [topic, partitions] : x)
    count += partitions.size();
  return count;
}

bool contains(const partition_assignment& x, const storage::uuid& topic,
              int32_t partition) {
  auto i = x.find(topic);
  return i != x.end()
         && std::binary_search(i->second.begin(), i->second.end(), partition);
}

bool subset(const partition_assignment& part,
            const partition_assignment& whole) {
  return std::all_of(part.begin(), part.end(), [&](const auto& entry) {
    auto i = whole.find(entry.first);
    return i != whole.end()
           && std::includes(i->second.begin(), i->second.end(),
                            entry.second.begin(), entry.second.end());
  });
}

bool overlap(const partition_assignment& x, const partition_assignment& y) {
  return std::any_of(x.begin(), x.end(), [&](const auto& entry) {
    return std::any_of(
        entry.second.begin(), entry.second.end(),
        [&](int32_t partition) { return contains(y, entry.first, partition); });
  });
}

partition_assignment
common(const partition_assignment& x, const partition_assignment& y) {
  partition_assignment both;
  for (const auto& [topic, partitions] : x) {
    auto i = y.find(topic);
    if (i == y.end())
      continue;
    std::vector<int32_t> shared;
    std::set_intersection(partitions.begin(), partitions.end(),
                          i->second.begin(), i->second.end(),
                          std::back_inserter(shared));
    if (!shared.empty())
      both.emplace_hint(both.end(), topic, std::move(shared));
  }
  return both;
}

partition_assignment
without(const partition_assignment& x, const partition_assignment& y) {
  partition_assignment rest;
  for (const auto& [topic, partitions] : x) {
    auto i = y.find(topic);
    if (i == y.end()) {
      rest.emplace_hint(rest.end(), topic, partitions);
      continue;
    }
    std::vector<int32_t> left;
    std::set_difference(partitions.begin(), partitions.end(), i->second.begin(),
                        i->second.end(), std::back_inserter(left));
    if (!left.empty())
      rest.emplace_hint(rest.end(), topic, std::move(left));
  }
  return rest;
}

partition_assignment
merged(const partition_assignment& x, const partition_assignment& y) {
  auto both = x;
  for (const auto& [topic, partitions] : y) {
    auto& list = both[topic];
    std::vector<int32_t> united;
    std::set_union(list.begin(), list.end(), partitions.begin(),
                   partitions.end(), std::back_inserter(united));
    list = std::move(united);
  }
  return both;
}

} // namespace troupe::cluster
