// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/offset_ranges.h>

#include <iterator>

namespace troupe::cluster {

void offset_ranges::insert(storage::offset_t x) {
  auto next = ends_.upper_bound(x);
  auto run = next == ends_.begin() ? ends_.end() : std::prev(next);
  if (run != ends_.end() && x < run->second)
    return;
  if (run != ends_.end() && run->second == x)
    run->second = x + 1;
  else
    run = ends_.emplace_hint(next, x, x + 1);
  if (next != ends_.end() && next->first == x + 1) {
    run->second = next->second;
    ends_.erase(next);
  }
}

bool offset_ranges::contains(storage::offset_t x) const noexcept {
  auto next = ends_.upper_bound(x);
  return next != ends_.begin() && x < std::prev(next)->second;
}

storage::offset_t offset_ranges::last() const noexcept {
  return ends_.empty() ? storage::no_offset
                       : std::prev(ends_.end())->second - 1;
}

} // namespace troupe::cluster
