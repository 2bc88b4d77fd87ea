// SPDX-License-Identifier: Apache-2.0
#include "disk_placement.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace troupe::actors {

disk_placement::disk_placement(const std::vector<bool>& online,
                               const std::vector<found_log>& found) {
  for (bool x : online)
    all_.push_back({x, 0, 0});
  for (const auto& x : found)
    found_.emplace(x.name, x.directory);
}

size_t
disk_placement::directory_of(const storage::topic_partition& name) const {
  if (auto i = found_.find(name); i != found_.end())
    return i->second;
  auto offline = std::find_if(all_.begin(), all_.end(),
                              [](const auto& x) { return !x.online; });
  return offline == all_.end()
             ? directory_for_new()
             : static_cast<size_t>(std::distance(all_.begin(), offline));
}

size_t disk_placement::directory_for_new() const {
  auto best = std::min_element(
      all_.begin(), all_.end(), [](const auto& a, const auto& b) {
        return std::tuple{!a.online, a.failed > 0, a.partitions}
               < std::tuple{!b.online, b.failed > 0, b.partitions};
      });
  return static_cast<size_t>(std::distance(all_.begin(), best));
}

} // namespace troupe::actors
