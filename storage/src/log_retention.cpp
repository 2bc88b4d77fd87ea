// SPDX-License-Identifier: Apache-2.0
#include "log_state.h"

#include <algorithm>
#include <string>

namespace troupe::storage {

namespace {

uint64_t total_bytes(const std::vector<std::unique_ptr<segment>>& segments) {
  uint64_t total = 0;
  for (auto& x : segments)
    total += x->size_bytes();
  return total;
}

} // namespace

void log::state::advance_start(offset_t offset) {
  start_offset = std::max(start_offset, offset);
  epochs.advance_start(start_offset);
  if (fences.empty())
    return;
  fences.forget_before(segments.front()->base_offset());
  // A stale file does no harm: its ranges lie below the log.
  static_cast<void>(fences.save(fs, options.directory));
}

result<removed_files> log::state::remove_oldest(size_t count) {
  removed_files removed;
  for (size_t i = 0; i < count; ++i) {
    auto done = segments.front()->mark_deleted(removed.paths);
    // The caller must learn what was renamed before something failed.
    if (!done && removed.paths.empty())
      return failure(std::move(done.error()));
    if (!done)
      break;
    segments.erase(segments.begin());
    advance_start(segments.front()->base_offset());
  }
  return removed;
}

result<removed_files> log::delete_records_before(offset_t offset) {
  auto& x = *state_;
  if (auto done = x.check_writable(); !done)
    return failure(std::move(done.error()));
  if (offset > x.end_offset)
    return failure(errc::offset_out_of_range,
                   "delete records: offset " + std::to_string(offset)
                       + " is beyond the end " + std::to_string(x.end_offset));
  if (offset <= x.start_offset)
    return removed_files{};
  x.advance_start(offset);
  size_t count = 0;
  while (count + 1 < x.segments.size() && x.segment_end(count) <= offset)
    ++count;
  return x.remove_oldest(count);
}

/// How many of the oldest segments retention does not allow any more.
result<size_t> log::state::count_expired(timestamp_ms now, offset_t limit) {
  auto& config = options.config;
  auto excess = config.retention_bytes < 0
                    ? int64_t{0}
                    : static_cast<int64_t>(total_bytes(segments))
                          - config.retention_bytes;
  size_t count = 0;
  for (; count < segments.size() && segment_end(count) <= limit; ++count) {
    auto& x = *segments[count];
    auto is_active = count + 1 == segments.size();
    auto size = static_cast<int64_t>(x.size_bytes());
    if (segment_end(count) <= start_offset && !is_active) {
      excess -= size;
      continue;
    }
    if (!config.cleanup_delete || (is_active && size == 0))
      break;
    if (!is_active && config.retention_bytes >= 0 && excess - size >= 0) {
      excess -= size;
      continue;
    }
    if (config.retention_ms < 0)
      break;
    auto largest = largest_of(count);
    if (!largest)
      return failure(std::move(largest.error()));
    auto age = now - (*largest >= 0 ? *largest : x.created_ms());
    if (age <= config.retention_ms)
      break;
    excess -= size;
  }
  return count;
}

result<removed_files> log::apply_retention(timestamp_ms now, offset_t limit) {
  auto& x = *state_;
  if (auto done = x.check_writable(); !done)
    return failure(std::move(done.error()));
  x.producers.expire(now, x.options.config.producer_id_expiration_ms);
  auto count = x.count_expired(now, limit);
  if (!count)
    return failure(std::move(count.error()));
  std::optional<error> kept_active;
  if (*count == x.segments.size())
    if (auto done = x.roll(now); !done) {
      // On a full disk: what can go makes the room for a later roll.
      kept_active = std::move(done.error());
      --*count;
    }
  auto removed = x.remove_oldest(*count);
  if (removed)
    removed->kept_active = std::move(kept_active);
  return removed;
}

} // namespace troupe::storage
