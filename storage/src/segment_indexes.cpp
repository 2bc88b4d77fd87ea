// SPDX-License-Identifier: Apache-2.0
#include "segment.h"

#include <algorithm>
#include <limits>

namespace troupe::storage {

bool is_mendable(const error& x) noexcept {
  return x.code == errc::corrupt_log || x.code == errc::not_found;
}

result<void> segment::attach_indexes(read_mode mode) {
  auto offsets = offsets_.attach();
  if (!offsets)
    return failure(std::move(offsets.error()));
  auto times = times_.attach(mode);
  if (!times)
    return failure(std::move(times.error()));
  // A segment of any size has at least the last time entry, unless no batch
  // carries a timestamp: then looking again does no harm.
  if (!*offsets || !*times || (size_ > 0 && !times_.last()))
    return failure(errc::corrupt_log,
                   "an index of " + path_ + " is missing or has a wrong size");
  attached_ = true;
  return {};
}

result<void> segment::try_prepare(read_mode mode) {
  if (!attached_)
    if (auto done = attach_indexes(mode); !done)
      return done;
  auto end = grows_ ? std::numeric_limits<uint64_t>::max() : size_;
  return offsets_.prepare(end, mode);
}

result<std::vector<damaged_range>>
segment::prepare_indexes(offset_t end_offset, int64_t interval_bytes,
                         read_mode mode) {
  auto done = try_prepare(mode);
  if (done)
    return std::vector<damaged_range>{};
  if (!is_mendable(done.error()))
    return failure(std::move(done.error()));
  return mend_indexes(end_offset, interval_bytes);
}

result<std::vector<damaged_range>>
segment::prepare_times(offset_t end_offset, int64_t interval_bytes) {
  auto done = use_indexes();
  if (done)
    return std::vector<damaged_range>{};
  if (!is_mendable(done.error()))
    return failure(std::move(done.error()));
  return mend_indexes(end_offset, interval_bytes);
}

result<void> segment::use_indexes() {
  if (auto done = try_prepare(read_mode::blocking); !done)
    return done;
  return times_.prepare();
}

void segment::forget_indexes() {
  offsets_.reset();
  times_.reset();
  attached_ = true;
}

bool segment::indexes_written_out() const noexcept {
  return !attached_
         || (offsets_.table().written_out() && times_.table().written_out());
}

const file_slice& segment::missing_rows() const noexcept {
  auto& rows = offsets_.table().missing();
  return rows.source != nullptr ? rows : times_.table().missing();
}

result<std::vector<damaged_range>>
segment::mend_indexes(offset_t end_offset, int64_t interval_bytes) {
  mended_ = true;
  auto scanned = rebuild(end_offset - 1, {}, interval_bytes, end_offset);
  if (!scanned)
    return failure(std::move(scanned.error()));
  auto damages = std::move(scanned->damages);
  // The last batches of a segment may be gone, but not half a batch.
  auto gap = gaps_ && scanned->stopped_by.empty();
  if (scanned->next_offset < end_offset && !gap)
    damages.push_back({base_offset_, scanned->end_position, size_,
                       scanned->next_offset, end_offset});
  return damages;
}

result<scan_result>
segment::rebuild(offset_t resync_to, const fenced_ranges& known,
                 int64_t interval_bytes, offset_t end_offset) {
  auto from = source();
  if (!from)
    return failure(std::move(from.error()));
  offsets_.reset();
  times_.reset();
  largest_ = time_index::entry{};
  first_timestamp_.reset();
  bytes_since_entry_ = 0;
  attached_ = true;
  scan_bounds bounds{base_offset_, size_, gaps_ ? end_offset : no_offset,
                     resync_to};
  return scan_segment(**from, bounds, known, [&](const scanned_batch& x) {
    if (x.after_damage)
      note_after_damage(x.header, x.position);
    else
      note(x.header, x.position, interval_bytes);
  });
}

void segment::note(const batch_header& x, uint64_t position,
                   int64_t interval_bytes) {
  if (position == 0)
    first_timestamp_ = x.max_timestamp;
  if (!largest_ || x.max_timestamp > largest_->timestamp)
    largest_ = time_index::entry{x.max_timestamp, x.last_offset()};
  if (bytes_since_entry_ > interval_bytes)
    index_batch(x, position);
  bytes_since_entry_ += static_cast<int64_t>(x.size_bytes());
}

void segment::note_after_damage(const batch_header& x, uint64_t position) {
  note(x, position, std::numeric_limits<int64_t>::max());
  index_batch(x, position);
  bytes_since_entry_ = static_cast<int64_t>(x.size_bytes());
}

void segment::index_batch(const batch_header& x, uint64_t position) {
  // Only foreign files can be larger than an index can say; they are walked.
  constexpr auto max = std::numeric_limits<int32_t>::max();
  if (x.last_offset() - base_offset_ > max
      || position > static_cast<uint64_t>(max))
    return;
  offsets_.add(x.last_offset(), position);
  if (largest_ && largest_->timestamp >= 0)
    times_.add(*largest_);
  bytes_since_entry_ = 0;
}

bool segment::indexes_full(int64_t index_bytes_max) const {
  // The time index keeps room for the entry that closes it, as in Kafka.
  auto max = static_cast<size_t>(std::max<int64_t>(index_bytes_max, 0));
  return offsets_.table().bytes() + offset_index::row_bytes > max
         || times_.table().bytes() + 2 * time_index::row_bytes > max;
}

bool segment::index_rows_pending(size_t bytes) const {
  return offsets_.table().pending_bytes() >= bytes;
}

result<void> segment::write_out_indexes() {
  if (!attached_)
    return {}; // nobody looked at the files, so they are as they were
  if (auto done = offsets_.table().write_out(); !done)
    return done;
  return times_.table().write_out();
}

result<void> segment::finish_indexes() {
  constexpr auto max = std::numeric_limits<int32_t>::max();
  if (attached_ && largest_ && largest_->timestamp >= 0
      && largest_->offset - base_offset_ <= max)
    times_.add(*largest_);
  return write_out_indexes();
}

time_index::entry segment::largest() const {
  if (largest_)
    return *largest_;
  return times_.last().value_or(time_index::entry{});
}

result<time_index::entry> segment::peek_largest() {
  if (!largest_ && !attached_)
    if (auto done = attach_indexes(read_mode::blocking); !done)
      return failure(std::move(done.error()));
  return largest();
}

std::optional<time_index::entry> segment::known_largest() const {
  return largest_ ? largest_ : times_.last();
}

void segment::collect_unsynced(std::vector<std::shared_ptr<file>>& into) const {
  for (auto* table : {&offsets_.table(), &times_.table()})
    if (table->unsynced() != nullptr)
      into.push_back(table->unsynced());
}

void segment::mark_indexes_synced() {
  offsets_.table().mark_synced();
  times_.table().mark_synced();
}

} // namespace troupe::storage
