// SPDX-License-Identifier: Apache-2.0
#include "timestamp_search_state.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace troupe::storage {

namespace {

using on_record = std::function<bool(const record_view&)>;

/// Reads one batch from disk and decodes its records; false when the bytes are
/// those that were appended, but cannot be unpacked: only compacted topics look
/// into a batch before it is appended.
result<bool> decode_batch(const walked_batch& from, int64_t bytes_max,
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
  return for_each_record(batch, static_cast<size_t>(bytes_max), visit)
      .has_value();
}

/// What is said of a batch whose records nobody can read.
found_offset as_a_whole(const batch_header& x, offset_t start) {
  return {std::max(x.base_offset, start), x.max_timestamp, x.leader_epoch};
}

/// The record with the largest timestamp of one batch.
result<std::optional<found_offset>>
largest_record(const walked_batch& batch, offset_t start, offset_t limit,
               int64_t bytes_max) {
  std::optional<found_offset> found;
  auto look = [&](const record_view& x) {
    if (x.offset >= start && x.offset < limit
        && (!found || x.timestamp > found->timestamp))
      found = found_offset{x.offset, x.timestamp, batch.header.leader_epoch};
    return true;
  };
  auto decoded = decode_batch(batch, bytes_max, look);
  if (!decoded)
    return failure(std::move(decoded.error()));
  if (!*decoded)
    found = as_a_whole(batch.header, start);
  return found;
}

} // namespace

timestamp_search::timestamp_search(std::unique_ptr<state> state)
    : state_(std::move(state)) {}

timestamp_search::~timestamp_search() = default;

result<void> timestamp_search::state::open(part& x) {
  if (x.in != nullptr)
    return {};
  auto opened = segment::open_part(fs, directory, x.base_offset, x.size_bytes);
  if (!opened)
    return failure(std::move(opened.error()));
  auto size = (*opened)->source().and_then(
      [](const std::shared_ptr<file>& from) { return from->size(); });
  if (!size)
    return failure(std::move(size.error()));
  if (x.active)
    (*opened)->expect_growth();
  else if (*size != x.size_bytes)
    return failure(errc::not_found, "segment " + std::to_string(x.base_offset)
                                        + " was compacted meanwhile");
  if (gaps)
    (*opened)->expect_gaps();
  x.in = std::move(*opened);
  return {};
}

result<void> timestamp_search::state::prepare(part& x) {
  if (auto done = open(x); !done)
    return done;
  auto usable = x.indexed ? x.in->use_indexes() : result<void>{};
  if (!usable && !is_mendable(usable.error()))
    return usable;
  x.indexed = x.indexed && usable;
  if (!x.indexed)
    x.in->forget_indexes();
  return {};
}

result<bool> timestamp_search::state::walk(part& x, offset_t from,
                                           on_damage policy,
                                           const batch_visitor& visit) {
  auto go_on = walk_segment(*x.in, fences, from, policy, visit);
  if (go_on || go_on.error().code != errc::corrupt_log || !x.indexed)
    return go_on;
  // A bad index entry and a bad batch look alike.
  x.indexed = false;
  x.in->forget_indexes();
  return walk_segment(*x.in, fences, from, policy, visit);
}

/// Of what its owner has touched the largest timestamp is known.
result<time_index::entry> timestamp_search::state::largest_of(part& x) {
  if (x.largest)
    return *x.largest;
  if (auto done = open(x); !done)
    return failure(std::move(done.error()));
  auto largest = x.in->peek_largest();
  if (!largest && is_mendable(largest.error())) {
    x.indexed = false;
    return time_index::entry{std::numeric_limits<timestamp_ms>::max(),
                             x.end_offset - 1};
  }
  if (largest)
    x.largest = *largest;
  return largest;
}

bool timestamp_search::state::may_hold(const batch_header& x) const {
  return x.records_count > 0 && x.base_offset < limit
         && x.last_offset() >= start_offset;
}

result<std::optional<found_offset>> timestamp_search::find(timestamp_ms from) {
  auto& x = *state_;
  std::optional<found_offset> found;
  auto visit = [&](const walked_batch& batch) -> result<bool> {
    if (batch.header.base_offset >= x.limit)
      return false;
    if (batch.header.max_timestamp < from || !x.may_hold(batch.header))
      return true;
    auto look = [&](const record_view& record) {
      if (record.timestamp >= from && record.offset >= x.start_offset)
        found = found_offset{record.offset, record.timestamp,
                             batch.header.leader_epoch};
      return !found;
    };
    auto decoded = decode_batch(batch, x.decompressed_bytes_max, look);
    if (!decoded)
      return failure(std::move(decoded.error()));
    if (!*decoded)
      found = as_a_whole(batch.header, x.start_offset);
    return !found;
  };
  for (auto& part : x.parts) {
    auto largest = x.largest_of(part);
    if (!largest)
      return failure(std::move(largest.error()));
    if (largest->timestamp < from) {
      part.in.reset();
      continue;
    }
    if (auto done = x.prepare(part); !done)
      return failure(std::move(done.error()));
    auto entry = part.in->times().floor(from);
    if (!entry)
      return failure(std::move(entry.error()));
    auto begin =
        std::max(x.start_offset, *entry ? (*entry)->offset : no_offset);
    auto go_on = x.walk(part, begin, on_damage::fail, visit);
    if (!go_on)
      return failure(std::move(go_on.error()));
    part.in.reset();
    if (!*go_on)
      break;
  }
  if (found && found->offset >= x.limit)
    found.reset();
  return found;
}

result<void>
timestamp_search::state::walk_largest(part& x,
                                      std::optional<time_index::entry>& best) {
  if (auto done = prepare(x); !done)
    return done;
  auto visit = [&](const walked_batch& batch) -> result<bool> {
    auto& header = batch.header;
    if (header.base_offset >= limit)
      return false;
    if (!may_hold(header))
      return true;
    auto largest = header.max_timestamp;
    // The log start, or the limit, may cut through a batch.
    if (header.base_offset < start_offset || header.last_offset() >= limit) {
      auto record =
          largest_record(batch, start_offset, limit, decompressed_bytes_max);
      if (!record)
        return failure(std::move(record.error()));
      largest = *record ? (*record)->timestamp : no_timestamp;
    }
    if (largest >= 0 && (!best || largest > best->timestamp))
      best = {largest, header.last_offset()};
    return true;
  };
  auto walked = walk(x, start_offset, on_damage::skip, visit);
  if (!walked)
    return failure(std::move(walked.error()));
  return {};
}

result<std::optional<time_index::entry>>
timestamp_search::state::largest_batch() {
  std::optional<time_index::entry> best;
  for (auto& part : parts) {
    auto largest = largest_of(part);
    if (!largest)
      return failure(std::move(largest.error()));
    if (best && largest->timestamp <= best->timestamp)
      continue;
    // What compaction emptied keeps its timestamp without a record of it.
    auto tells =
        part.base_offset >= start_offset && !gaps && largest->offset < limit;
    if (!tells) {
      if (auto done = walk_largest(part, best); !done)
        return failure(std::move(done.error()));
    } else if (largest->timestamp >= 0) {
      best = *largest;
    }
    part.in.reset();
  }
  return best;
}

result<std::optional<found_offset>> timestamp_search::find_largest() {
  auto& x = *state_;
  std::optional<found_offset> found;
  auto best = x.largest_batch();
  if (!best)
    return failure(std::move(best.error()));
  if (!*best)
    return found;
  auto offset = (*best)->offset;
  auto part = std::find_if(x.parts.begin(), x.parts.end(), [&](auto& each) {
    return offset < each.end_offset;
  });
  if (part == x.parts.end())
    return found;
  if (auto done = x.prepare(*part); !done)
    return failure(std::move(done.error()));
  auto visit = [&](const walked_batch& batch) -> result<bool> {
    auto largest = largest_record(batch, x.start_offset, x.limit,
                                  x.decompressed_bytes_max);
    if (!largest)
      return failure(std::move(largest.error()));
    found = *largest;
    return false;
  };
  auto done = x.walk(*part, offset, on_damage::fail, visit);
  if (!done)
    return failure(std::move(done.error()));
  return found;
}

} // namespace troupe::storage
