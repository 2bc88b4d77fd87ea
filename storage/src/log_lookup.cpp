// SPDX-License-Identifier: Apache-2.0
#include "log_state.h"

#include <troupe/storage/assert.h>

#include <algorithm>

namespace troupe::storage {

size_t log::state::segment_at(offset_t offset) const {
  auto after = std::upper_bound(segments.begin(), segments.end(), offset,
                                [](offset_t x, const auto& segment) {
                                  return x < segment->base_offset();
                                });
  ASSERT(after != segments.begin());
  return static_cast<size_t>(after - segments.begin()) - 1;
}

offset_t log::state::segment_end(size_t i) const {
  return i + 1 < segments.size() ? segments[i + 1]->base_offset() : end_offset;
}

result<void> log::state::prepare(size_t i, read_mode mode) {
  touch(i);
  auto interval = options.config.index_interval_bytes;
  return fence(segments[i]->prepare_indexes(segment_end(i), interval, mode));
}

result<void> log::state::prepare_times(size_t i) {
  touch(i);
  auto interval = options.config.index_interval_bytes;
  return fence(segments[i]->prepare_times(segment_end(i), interval));
}

result<timestamp_ms> log::state::largest_of(size_t i) {
  auto largest = segments[i]->peek_largest();
  if (!largest && is_mendable(largest.error())) {
    if (auto done = prepare(i, read_mode::blocking); !done)
      return failure(std::move(done.error()));
    largest = segments[i]->largest();
  }
  if (!largest)
    return failure(std::move(largest.error()));
  return largest->timestamp;
}

result<void>
log::state::fence(const result<std::vector<damaged_range>>& damages) {
  if (!damages)
    return failure(damages.error());
  for (auto& x : *damages)
    fences.add(x);
  if (!damages->empty())
    return fences.save(fs, options.directory);
  return {};
}

result<void> log::state::mend(size_t i) {
  auto interval = options.config.index_interval_bytes;
  auto damages = segments[i]->mend_indexes(segment_end(i), interval);
  if (!damages)
    return failure(std::move(damages.error()));
  fences.forget_segment(segments[i]->base_offset());
  for (auto& x : *damages)
    fences.add(x);
  return fences.save(fs, options.directory);
}

void log::state::touch(size_t i) {
  if (i + 1 == segments.size())
    return;
  auto base = segments[i]->base_offset();
  auto known = std::find(open_segments.begin(), open_segments.end(), base);
  if (known != open_segments.end()) {
    std::rotate(known, known + 1, open_segments.end());
    return;
  }
  auto oldest = std::exchange(open_segments.front(), base);
  std::rotate(open_segments.begin(), open_segments.begin() + 1,
              open_segments.end());
  if (oldest == no_offset || oldest < segments.front()->base_offset())
    return;
  auto k = segment_at(oldest);
  // A sync still needs the files of what is not durable; after it they are
  // touched again.
  if (segments[k]->base_offset() == oldest && k + 1 < segments.size()
      && segment_end(k) <= synced_offset)
    segments[k]->release();
}

result<void>
log::state::walk(offset_t from, on_damage policy, const batch_visitor& visit) {
  for (auto i = segment_at(from); i < segments.size(); ++i) {
    auto go_on = walk_segment(i, from, policy, visit);
    if (!go_on)
      return failure(std::move(go_on.error()));
    if (!*go_on)
      break;
  }
  return {};
}

result<bool> log::state::walk_segment(size_t i, offset_t from, on_damage policy,
                                      const batch_visitor& visit) {
  if (auto done = prepare(i, read_mode::blocking); !done)
    return failure(std::move(done.error()));
  return storage::walk_segment(*segments[i], fences, from, policy, visit);
}

} // namespace troupe::storage
