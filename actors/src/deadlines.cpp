// SPDX-License-Identifier: Apache-2.0
#include "deadlines.h"

#include <algorithm>

namespace troupe::actors {

void deadlines::remove(clock::time_point when, uint64_t id) {
  auto [begin, end] = waiting_.equal_range(when);
  auto found = std::find_if(
      begin, end, [id](const auto& entry) { return entry.second == id; });
  if (found != end)
    waiting_.erase(found);
}

std::vector<uint64_t> deadlines::expired(clock::time_point now) {
  std::vector<uint64_t> result;
  auto end = waiting_.upper_bound(now);
  for (auto i = waiting_.begin(); i != end; ++i)
    result.push_back(i->second);
  waiting_.erase(waiting_.begin(), end);
  return result;
}

std::optional<deadlines::clock::time_point> deadlines::to_arm() const {
  if (waiting_.empty())
    return std::nullopt;
  auto earliest = waiting_.begin()->first;
  if (armed_ && *armed_ <= earliest)
    return std::nullopt;
  return earliest;
}

} // namespace troupe::actors
