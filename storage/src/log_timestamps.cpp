// SPDX-License-Identifier: Apache-2.0
#include "log_state.h"

#include <algorithm>
#include <string>

namespace troupe::storage {

namespace {

using on_record = std::function<bool(const record_view&)>;

/// Reads one batch from disk and decodes its records.
result<void> decode_batch(const walked_batch& from, int64_t bytes_max,
                          const on_record& visit) {
  auto& header = from.header;
  auto source = from.in.source();
  if (!source)
    return failure(std::move(source.error()));
  std::vector<std::byte> batch(header.size_bytes());
  auto read = (*source)->read(from.position, batch);
  if (!read)
    return failure(std::move(read.error()));
  if (*read != batch.size()
      || batch_crc(header, std::span{batch}.subspan(batch_header_bytes))
             != header.crc)
    return failure(errc::corrupt_log, "damaged batch at offset "
                                          + std::to_string(header.base_offset));
  return for_each_record(batch, static_cast<size_t>(bytes_max), visit);
}

/// The record with the largest timestamp at or after `start`, in one batch.
result<std::optional<found_offset>>
largest_record(const walked_batch& batch, offset_t start, int64_t bytes_max) {
  std::optional<found_offset> found;
  auto look = [&](const record_view& x) {
    if (x.offset >= start && (!found || x.timestamp > found->timestamp))
      found = found_offset{x.offset, x.timestamp, batch.header.leader_epoch};
    return true;
  };
  if (auto done = decode_batch(batch, bytes_max, look); !done)
    return failure(std::move(done.error()));
  return found;
}

} // namespace

result<std::optional<found_offset>>
log::find_timestamp(timestamp_ms from, offset_t limit) {
  auto& x = *state_;
  if (x.closed)
    return failure(errc::closed, "log " + x.options.directory + " is closed");
  limit = std::min(limit, x.end_offset);
  std::optional<found_offset> found;
  if (x.start_offset >= limit)
    return found;
  auto visit = [&](const walked_batch& batch) -> result<bool> {
    if (batch.header.base_offset >= limit)
      return false;
    if (batch.header.max_timestamp < from)
      return true;
    auto look = [&](const record_view& record) {
      if (record.timestamp >= from && record.offset >= x.start_offset)
        found = found_offset{record.offset, record.timestamp,
                             batch.header.leader_epoch};
      return !found;
    };
    auto done =
        decode_batch(batch, x.options.config.decompressed_bytes_max, look);
    if (!done)
      return failure(std::move(done.error()));
    return !found;
  };
  for (auto i = x.segment_at(x.start_offset);
       i < x.segments.size() && x.segments[i]->base_offset() < limit; ++i) {
    if (auto done = x.prepare(i); !done)
      return failure(std::move(done.error()));
    auto& in = *x.segments[i];
    if (in.largest().timestamp < from)
      continue;
    auto entry = in.times().floor(from);
    auto begin = std::max(x.start_offset, entry ? entry->offset : no_offset);
    auto go_on = x.walk_segment(i, begin, on_damage::fail, visit);
    if (!go_on)
      return failure(std::move(go_on.error()));
    if (!*go_on)
      break;
  }
  if (found && found->offset >= limit)
    found.reset();
  return found;
}

result<std::optional<time_index::entry>> log::state::largest_batch() {
  std::optional<time_index::entry> best;
  auto consider = [&](const time_index::entry& x) {
    if (x.timestamp >= 0 && (!best || x.timestamp > best->timestamp))
      best = x;
  };
  for (auto i = segment_at(start_offset); i < segments.size(); ++i) {
    if (auto done = prepare(i); !done)
      return failure(std::move(done.error()));
    // What compaction emptied keeps its timestamp without a record of it.
    if (segments[i]->base_offset() >= start_offset && !gaps) {
      consider(segments[i]->largest());
      continue;
    }
    // The log start cuts through this segment, and maybe through a batch.
    auto visit = [&](const walked_batch& x) -> result<bool> {
      if (x.header.records_count == 0)
        return true;
      if (x.header.base_offset >= start_offset) {
        consider({x.header.max_timestamp, x.header.last_offset()});
        return true;
      }
      auto largest = largest_record(x, start_offset,
                                    options.config.decompressed_bytes_max);
      if (!largest)
        return failure(std::move(largest.error()));
      if (*largest)
        consider({(*largest)->timestamp, x.header.last_offset()});
      return true;
    };
    auto walked = walk_segment(i, start_offset, on_damage::skip, visit);
    if (!walked)
      return failure(std::move(walked.error()));
  }
  return best;
}

result<std::optional<found_offset>> log::find_max_timestamp() {
  auto& x = *state_;
  if (x.closed)
    return failure(errc::closed, "log " + x.options.directory + " is closed");
  auto best = x.largest_batch();
  if (!best)
    return failure(std::move(best.error()));
  std::optional<found_offset> found;
  if (!*best)
    return found;
  auto visit = [&](const walked_batch& batch) -> result<bool> {
    auto largest = largest_record(batch, x.start_offset,
                                  x.options.config.decompressed_bytes_max);
    if (!largest)
      return failure(std::move(largest.error()));
    found = *largest;
    return false;
  };
  auto done = x.walk((*best)->offset, on_damage::fail, visit);
  if (!done)
    return failure(std::move(done.error()));
  return found;
}

} // namespace troupe::storage
