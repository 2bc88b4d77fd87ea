// SPDX-License-Identifier: Apache-2.0
#include "log_state.h"

#include <algorithm>
#include <string>

namespace troupe::storage {

namespace {

using on_record = std::function<bool(const record_view&)>;

/// Reads one batch from disk and decodes its records.
result<void> decode_batch(segment& in, uint64_t position,
                          const batch_header& header, int64_t bytes_max,
                          const on_record& visit) {
  auto source = in.source();
  if (!source)
    return failure(std::move(source.error()));
  std::vector<std::byte> batch(header.size_bytes());
  auto read = (*source)->read(position, batch);
  if (!read)
    return failure(std::move(read.error()));
  if (*read != batch.size()
      || batch_crc(header, std::span{batch}.subspan(batch_header_bytes))
           != header.crc)
    return failure(errc::corrupt_log,
                   "damaged batch at offset "
                     + std::to_string(header.base_offset));
  return for_each_record(batch, static_cast<size_t>(bytes_max), visit);
}

} // namespace

result<std::optional<found_offset>> log::find_timestamp(timestamp_ms from,
                                                        offset_t limit) {
  auto& x = *state_;
  if (x.closed)
    return failure(errc::closed, "log " + x.options.directory + " is closed");
  limit = std::min(limit, x.end_offset);
  std::optional<found_offset> found;
  if (x.start_offset >= limit)
    return found;
  auto visit = [&](const state::walked_batch& batch) -> result<bool> {
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
    auto done = decode_batch(batch.in, batch.position, batch.header,
                             x.options.config.decompressed_bytes_max, look);
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
    auto go_on = x.walk_segment(i, begin, state::on_damage::fail, visit);
    if (!go_on)
      return failure(std::move(go_on.error()));
    if (!*go_on)
      break;
  }
  if (found && found->offset >= limit)
    found.reset();
  return found;
}

result<std::optional<found_offset>> log::find_max_timestamp() {
  auto& x = *state_;
  if (x.closed)
    return failure(errc::closed, "log " + x.options.directory + " is closed");
  // The batch with the largest timestamp, first by what indexes know; only the
  // segment that the log start cuts through has to be walked.
  std::optional<time_index::entry> best;
  auto consider = [&](const time_index::entry& entry) {
    if (entry.timestamp >= 0
        && (!best || entry.timestamp > best->timestamp))
      best = entry;
  };
  for (auto i = x.segment_at(x.start_offset); i < x.segments.size(); ++i) {
    if (auto done = x.prepare(i); !done)
      return failure(std::move(done.error()));
    if (x.segments[i]->base_offset() >= x.start_offset) {
      consider(x.segments[i]->largest());
      continue;
    }
    auto walked = x.walk_segment(
      i, x.start_offset, state::on_damage::skip,
      [&](const state::walked_batch& batch) -> result<bool> {
        consider({batch.header.max_timestamp, batch.header.last_offset()});
        return true;
      });
    if (!walked)
      return failure(std::move(walked.error()));
  }
  std::optional<found_offset> found;
  if (!best)
    return found;
  auto visit = [&](const state::walked_batch& batch) -> result<bool> {
    auto look = [&](const record_view& record) {
      if (record.offset >= x.start_offset
          && (!found || record.timestamp > found->timestamp))
        found = found_offset{record.offset, record.timestamp,
                             batch.header.leader_epoch};
      return true;
    };
    auto done = decode_batch(batch.in, batch.position, batch.header,
                             x.options.config.decompressed_bytes_max, look);
    if (!done)
      return failure(std::move(done.error()));
    return false;
  };
  if (auto done = x.walk(best->offset, state::on_damage::fail, visit); !done)
    return failure(std::move(done.error()));
  return found;
}

} // namespace troupe::storage
