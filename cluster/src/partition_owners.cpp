// SPDX-License-Identifier: Apache-2.0
#include <partition_owners.h>

namespace troupe::cluster {

partition_assignment
partition_owners::take(const partition_assignment& x, std::string_view owner) {
  partition_assignment refused;
  for (const auto& [topic, partitions] : x) {
    auto& owners = owners_[topic];
    for (auto partition : partitions)
      if (owners.try_emplace(partition, owner).first->second != owner)
        refused[topic].push_back(partition);
  }
  return refused;
}

void partition_owners::release(const partition_assignment& x,
                               std::string_view owner) {
  for (const auto& [topic, partitions] : x) {
    auto i = owners_.find(topic);
    if (i == owners_.end())
      continue;
    for (auto partition : partitions) {
      auto held = i->second.find(partition);
      if (held != i->second.end() && held->second == owner)
        i->second.erase(held);
    }
    if (i->second.empty())
      owners_.erase(i);
  }
}

partition_assignment partition_owners::free_for(const partition_assignment& x,
                                                std::string_view owner) const {
  partition_assignment free;
  for (const auto& [topic, partitions] : x) {
    auto i = owners_.find(topic);
    if (i == owners_.end()) {
      free.emplace(topic, partitions);
      continue;
    }
    for (auto partition : partitions) {
      auto held = i->second.find(partition);
      if (held == i->second.end() || held->second == owner)
        free[topic].push_back(partition);
    }
  }
  return free;
}

} // namespace troupe::cluster
