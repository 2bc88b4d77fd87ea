// SPDX-License-Identifier: Apache-2.0
#include "epoch_cache.h"

#include <algorithm>

namespace troupe::storage {

namespace {

/// First entry that begins after `offset`.
auto first_beyond(const std::vector<epoch_start>& entries, offset_t offset) {
  return std::upper_bound(entries.begin(), entries.end(), offset,
                          [](offset_t x, const epoch_start& entry) {
                            return x < entry.start_offset;
                          });
}

} // namespace

epoch_cache epoch_cache::from(const std::vector<epoch_start>& entries) {
  epoch_cache cache;
  for (const auto& x : entries)
    if (cache.entries_.empty()
        || x.start_offset >= cache.entries_.back().start_offset)
      cache.assign(x.epoch, x.start_offset);
  return cache;
}

void epoch_cache::assign(leader_epoch_t e, offset_t start) {
  if (e < 0 || start < 0)
    return;
  if (!entries_.empty() && e <= entries_.back().epoch)
    return;
  truncate_to(start);
  entries_.push_back({e, start});
}

std::pair<leader_epoch_t, offset_t>
epoch_cache::end_offset_of(leader_epoch_t requested, offset_t log_end) const {
  if (requested < 0 || entries_.empty())
    return {no_leader_epoch, no_offset};
  auto next = std::upper_bound(entries_.begin(), entries_.end(), requested,
                               [](leader_epoch_t x, const epoch_start& entry) {
                                 return x < entry.epoch;
                               });
  if (next == entries_.begin())
    return {requested, next->start_offset};
  auto end = next == entries_.end() ? log_end : next->start_offset;
  return {std::prev(next)->epoch, end};
}

leader_epoch_t epoch_cache::epoch_of(offset_t offset) const {
  auto next = first_beyond(entries_, offset);
  return next == entries_.begin() ? no_leader_epoch : std::prev(next)->epoch;
}

void epoch_cache::truncate_to(offset_t end) {
  while (!entries_.empty() && entries_.back().start_offset >= end)
    entries_.pop_back();
}

void epoch_cache::advance_start(offset_t start) {
  auto next = first_beyond(entries_, start);
  if (next == entries_.begin())
    return;
  // The leader that wrote `start` now begins there.
  entries_.erase(entries_.begin(), std::prev(next));
  entries_.front().start_offset = start;
}

} // namespace troupe::storage
