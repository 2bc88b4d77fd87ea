// SPDX-License-Identifier: Apache-2.0
#include "log_state.h"

#include <troupe/storage/assert.h>

#include <algorithm>
#include <string>
#include <utility>

namespace troupe::storage {

offset_t log::state::end_before(size_t i, uint64_t position) {
  auto& in = *segments[i];
  auto end = in.base_offset();
  // Only reached after a batch was found at `position`, so all can be read.
  static_cast<void>(walk_segment(i, end, on_damage::skip,
                                 [&](const walked_batch& x) -> result<bool> {
                                   if (x.position >= position)
                                     return false;
                                   end = x.header.next_offset();
                                   return true;
                                 }));
  return end;
}

result<log::state::cut> log::state::find_cut(size_t i, offset_t offset) {
  auto& in = *segments[i];
  if (offset <= in.base_offset())
    return cut{in.base_offset(), 0};
  if (auto* fence = fences.find(offset))
    return cut{fence->offset_begin, fence->position_begin};
  auto source = in.source();
  if (!source)
    return failure(std::move(source.error()));
  header_reader reader{**source, in.size_bytes(), read_mode::blocking};
  auto found = locate(i, offset, reader);
  if (!found)
    return failure(std::move(found.error()));
  // Between batches: the log ends with the one before.
  if (found->header.base_offset > offset)
    return cut{end_before(i, found->position), found->position};
  // A log does not end in damaged bytes: they go too.
  for (auto& fence : fences.ranges())
    if (fence.segment == in.base_offset()
        && fence.position_end == found->position)
      return cut{fence.offset_begin, fence.position_begin};
  return cut{found->header.base_offset, found->position};
}

result<void> log::state::remove_after(size_t i) {
  while (segments.size() > i + 1) {
    if (auto done = segments.back()->remove(); !done)
      return done;
    end_offset = segments.back()->base_offset();
    segments.pop_back();
  }
  return {};
}

result<void> log::truncate_to(offset_t offset) {
  auto& x = *state_;
  if (auto done = x.check_writable(); !done)
    return done;
  if (offset < x.start_offset)
    return failure(errc::offset_out_of_range,
                   "truncate: offset " + std::to_string(offset)
                       + " is below the log start "
                       + std::to_string(x.start_offset));
  if (offset >= x.end_offset)
    return {};
  ++x.compaction_generation;
  auto i = x.segment_at(offset);
  if (auto done = x.prepare_times(i); !done)
    return done;
  auto cut = x.find_cut(i, offset);
  if (!cut)
    return failure(std::move(cut.error()));
  auto done = x.truncate_segment(i, *cut);
  x.forget_after_end();
  if (!done) {
    // Nobody knows what a crash would leave now: only opening again helps.
    x.poisoned = true;
    return done;
  }
  return x.rebuild_producers();
}

result<void> log::state::truncate_segment(size_t i, const cut& at) {
  if (auto done = remove_after(i); !done)
    return done;
  end_offset = at.offset;
  if (auto done = segments[i]->truncate(at.offset, at.position); !done)
    return done;
  auto end = segments[i]->make_active();
  if (!end)
    return failure(std::move(end.error()));
  if (*end != at.offset)
    return failure(errc::corrupt_log,
                   "truncate: segment "
                       + std::to_string(segments[i]->base_offset())
                       + " ends at offset " + std::to_string(*end) + ", not at "
                       + std::to_string(at.offset));
  // Removed segments must not come back behind what is appended now.
  return fs.sync_directory(options.directory);
}

result<void> log::restart_at(offset_t offset) {
  ASSERT(offset >= 0);
  auto& x = *state_;
  if (auto done = x.check_writable(); !done)
    return done;
  ++x.compaction_generation;
  auto done = x.begin_anew(offset);
  // Whatever a failure left: nobody may append to it.
  x.poisoned = !done;
  x.start_offset = x.end_offset = offset;
  x.epochs.truncate_to(0);
  x.producers.clear();
  x.copies.clear();
  x.forget_after_end();
  x.synced_offset = x.first_dirty_offset = offset;
  return done;
}

result<void> log::state::begin_anew(offset_t offset) {
  if (auto done = remove_after(0); !done)
    return done;
  // A crash from here on leaves no segment: a log that is empty.
  if (auto done = segments.front()->remove(); !done)
    return done;
  auto created = segment::create(fs, options.directory, offset,
                                 segments.front()->created_ms());
  if (!created)
    return failure(std::move(created.error()));
  if (gaps)
    (*created)->expect_gaps();
  segments.front() = std::move(*created);
  open_segments.fill(no_offset);
  return fs.sync_directory(options.directory);
}

void log::state::forget_after_end() {
  positions.clear();
  start_offset = std::min(start_offset, end_offset);
  synced_offset = std::min(synced_offset, end_offset);
  first_dirty_offset = std::min(first_dirty_offset, end_offset);
  gaps_marked_at = std::min(gaps_marked_at, end_offset);
  epochs.truncate_to(end_offset);
  copies.truncate_to(end_offset);
  if (fences.empty())
    return;
  fences.truncate_to(end_offset);
  static_cast<void>(fences.save(fs, options.directory));
}

} // namespace troupe::storage
