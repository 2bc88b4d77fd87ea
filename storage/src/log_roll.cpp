// SPDX-License-Identifier: Apache-2.0
#include "log_state.h"
#include "segment_names.h"

#include <troupe/storage/assert.h>

#include <algorithm>
#include <array>
#include <limits>

namespace troupe::storage {

namespace {

/// Pending index rows are written out in pieces of this size.
constexpr size_t index_write_bytes = 64 << 10;

} // namespace

int64_t log::state::segment_bytes_max() const {
  // An index keeps positions as i32.
  return std::min<int64_t>(options.config.segment_bytes,
                           std::numeric_limits<int32_t>::max());
}

result<bool> log::state::roll_due(const pending_append& x, timestamp_ms now) {
  auto& config = options.config;
  auto size = static_cast<int64_t>(active().size_bytes());
  if (size == 0)
    return false; // its base offset is the end, so anything fits
  if (size > segment_bytes_max() - static_cast<int64_t>(x.bytes)
      || x.last_offset - active().base_offset() > relative_offset_max
      || active().indexes_full(config.segment_index_bytes))
    return true;
  // What must be compacted by then must not be active any more.
  auto segment_ms =
      config.cleanup_compact && config.max_compaction_lag_ms > 0
          ? std::min(config.segment_ms, config.max_compaction_lag_ms)
          : config.segment_ms;
  if (segment_ms >= log_config::unlimited)
    return false;
  // Kafka compares the times that producers gave, as long as there are some.
  auto first = active().first_timestamp();
  if (!first)
    return failure(std::move(first.error()));
  auto age =
      *first >= 0 ? x.max_timestamp - *first : now - active().created_ms();
  return age > segment_ms;
}

result<void>
log::state::roll_if_due(const pending_append& x, timestamp_ms now) {
  auto due = roll_due(x, now);
  if (!due)
    return failure(std::move(due.error()));
  return *due ? roll(now) : result<void>{};
}

result<void> log::state::roll(timestamp_ms now) {
  ASSERT(active().size_bytes() > 0);
  if (auto done = active().repair_tail(); !done)
    return done;
  if (auto done = active().finish_indexes(); !done)
    return done;
  // The last step that can fail: from here on the new segment counts.
  auto created = segment::create(fs, options.directory, end_offset, now);
  directory_changed = true;
  if (!created) {
    // An empty file may have come into being.
    stray = end_offset;
    static_cast<void>(remove_stray());
    return failure(std::move(created.error()));
  }
  if (stray == end_offset)
    stray.reset();
  if (gaps)
    (*created)->expect_gaps();
  segments.push_back(std::move(*created));
  copies.keep(end_offset, producers);
  touch(segments.size() - 2);
  return {};
}

result<void> log::state::remove_stray() {
  if (!stray)
    return {};
  auto path = segment_path(options.directory, *stray, log_suffix);
  if (auto done = fs.remove(path); !done)
    return done;
  stray.reset();
  return {};
}

void log::state::account(const batch_header& x, uint64_t position,
                         timestamp_ms now) {
  active().note(x, position, options.config.index_interval_bytes);
  // An index that cannot be written now waits in memory; it never fails an
  // append.
  if (active().index_rows_pending(index_write_bytes))
    static_cast<void>(active().write_out_indexes());
  producers.update(x);
  epochs.assign(x.leader_epoch, x.base_offset);
  if (synced_offset >= end_offset)
    unsynced_since = now;
  last_append = now;
  end_offset = x.next_offset();
}

result<size_t> log::state::append_group(std::span<const batch_header> headers,
                                        std::span<const std::byte> bytes,
                                        timestamp_ms now) {
  auto& first = headers.front();
  auto rolled = roll_if_due(
      {first.size_bytes(), first.max_timestamp, first.last_offset()}, now);
  if (!rolled)
    return failure(std::move(rolled.error()));
  auto position = active().size_bytes();
  auto room = static_cast<uint64_t>(segment_bytes_max());
  uint64_t size = first.size_bytes();
  size_t count = 1;
  while (count < headers.size()) {
    auto& next = headers[count];
    if (position + size + next.size_bytes() > room
        || next.last_offset() - active().base_offset() > relative_offset_max)
      break;
    size += next.size_bytes();
    ++count;
  }
  std::array parts{bytes.first(size)};
  if (auto done = active().write(parts, size); !done)
    return failure(std::move(done.error()));
  for (auto& x : headers.first(count)) {
    account(x, position, now);
    position += x.size_bytes();
  }
  return count;
}

} // namespace troupe::storage
