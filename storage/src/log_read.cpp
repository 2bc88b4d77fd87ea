// SPDX-License-Identifier: Apache-2.0
#include "log_state.h"

#include <algorithm>
#include <string>

namespace troupe::storage {

namespace {

/// Least bytes that are worth a trip to the disk.
constexpr uint64_t cold_bytes_min = 64 << 10;

error no_batch_of(offset_t offset, const segment& in) {
  return {errc::corrupt_log,
          "the batch of offset " + std::to_string(offset)
              + " is damaged in segment " + std::to_string(in.base_offset()),
          0};
}

bool holds(const batch_header& x, offset_t offset) {
  return x.base_offset <= offset && offset <= x.last_offset();
}

} // namespace

result<read_info>
log::read(offset_t from, uint32_t bytes_max, offset_t limit, read_mode mode) {
  auto& x = *state_;
  if (x.closed)
    return failure(errc::closed, "log " + x.options.directory + " is closed");
  if (from < x.start_offset || from > x.end_offset)
    return failure(errc::offset_out_of_range,
                   "read: offset " + std::to_string(from) + " is not between "
                       + std::to_string(x.start_offset) + " and "
                       + std::to_string(x.end_offset));
  limit = std::min(limit, x.end_offset);
  if (from >= limit)
    return read_info{};
  auto i = x.segment_at(from);
  auto& in = *x.segments[i];
  if (x.fences.find(from) != nullptr)
    return failure(no_batch_of(from, in));
  x.touch(i);
  auto source = in.source();
  if (!source)
    return failure(std::move(source.error()));
  header_reader reader{**source, in.size_bytes(), mode};
  auto first = x.locate(i, from, reader);
  read_info info;
  if (!first && would_wait(first.error())) {
    info.records = in.missing_rows();
    info.cold = true;
    return info;
  }
  if (!first)
    return failure(std::move(first.error()));
  if (first->cold) {
    auto wanted = std::min(in.size_bytes() - first->position,
                           std::max<uint64_t>(bytes_max, cold_bytes_min));
    info.records = {*source, first->position, static_cast<uint32_t>(wanted),
                    x.counters};
    info.cold = true;
    return info;
  }
  if (first->header.last_offset() >= limit)
    return info;
  auto end = x.slice_end(i, *first, bytes_max, limit, reader);
  info.records = {*source, first->position,
                  static_cast<uint32_t>(end - first->position), x.counters};
  info.first_batch_bytes = static_cast<uint32_t>(first->header.size_bytes());
  info.more =
      end < x.readable_end(i, end, limit, mode) || x.segment_end(i) < limit;
  if (info.more)
    info.ahead = x.range_ahead(i, end, limit, bytes_max, mode);
  return info;
}

/// Is it what a read of `from` begins with, given that nothing lies between?
bool log::state::is_next(const batch_header& x, offset_t from) const {
  return holds(x, from) || (gaps && x.base_offset > from);
}

result<log::state::located>
log::state::locate(size_t i, offset_t from, header_reader& reader) {
  auto& in = *segments[i];
  if (auto position = positions.find(in.base_offset(), from)) {
    auto read = reader.at(*position);
    if (read && (read->cold || is_next(read->header, from)))
      return located{read->header, *position, read->cold};
  }
  if (auto done = prepare(i, reader.mode()); !done)
    return failure(std::move(done.error()));
  auto found = locate_by_index(i, from, reader);
  // A bad index entry and a bad batch look alike. The log is read, once.
  if (!found && found.error().code == errc::corrupt_log && in.may_mend()) {
    if (auto done = mend(i); !done)
      return failure(std::move(done.error()));
    if (fences.find(from) != nullptr)
      return failure(no_batch_of(from, in));
    found = locate_by_index(i, from, reader);
  }
  return found;
}

result<log::state::located>
log::state::locate_by_index(size_t i, offset_t from, header_reader& reader) {
  auto& in = *segments[i];
  auto floor = in.offsets().floor(from);
  if (!floor)
    return failure(std::move(floor.error()));
  auto ceiling = in.offsets().ceiling(from);
  if (!ceiling)
    return failure(std::move(ceiling.error()));
  // Whoever read up to an indexed batch goes on with just that one.
  if (auto& entry = *ceiling; entry && entry != *floor) {
    auto read = reader.at(entry->position);
    if (!read && read.error().code != errc::corrupt_log)
      return failure(std::move(read.error()));
    if (read && (read->cold || holds(read->header, from)))
      return located{read->header, entry->position, read->cold};
  }
  return walk_to(i, from, *floor ? (*floor)->position : 0, reader);
}

result<log::state::located> log::state::walk_to(size_t i, offset_t from,
                                                uint64_t position,
                                                header_reader& reader) {
  auto& in = *segments[i];
  // What follows damage need not be what follows `from`.
  auto passed_damage = false;
  while (position < in.size_bytes()) {
    if (auto* fence = fences.next(in.base_offset(), position);
        fence != nullptr && fence->position_begin <= position) {
      position = fence->position_end;
      passed_damage = fence->offset_end > from;
      continue;
    }
    auto read = reader.at(position);
    if (!read && read.error().code != errc::corrupt_log)
      return failure(std::move(read.error()));
    if (!read) {
      // Damage that nobody has met yet: the next indexed batch may be fine.
      auto next = in.offsets().above_position(position);
      if (!next)
        return failure(std::move(next.error()));
      if (!*next)
        return failure(std::move(read.error()));
      position = (*next)->position;
      passed_damage = true;
      continue;
    }
    if (read->cold || holds(read->header, from)
        || (is_next(read->header, from) && !passed_damage))
      return located{read->header, position, read->cold};
    if (read->header.base_offset > from)
      break;
    position += read->header.size_bytes();
  }
  return failure(no_batch_of(from, in));
}

result<uint64_t> log::state::indexed_boundary(size_t i, uint64_t position,
                                              offset_t limit, read_mode mode) {
  if (auto done = prepare(i, mode); !done)
    return failure(std::move(done.error()));
  auto& index = segments[i]->offsets();
  auto entry = index.floor_position(position);
  if (entry && *entry && limit < segment_end(i)) {
    auto below = index.floor(limit - 1);
    if (!below || !*below || (*below)->position < (*entry)->position)
      entry = std::move(below);
  }
  if (!entry)
    return failure(std::move(entry.error()));
  return *entry ? (*entry)->position : 0;
}

uint64_t log::state::slice_end(size_t i, const located& first,
                               uint32_t bytes_max, offset_t limit,
                               header_reader& reader) {
  auto& in = *segments[i];
  auto first_end = first.position + first.header.size_bytes();
  auto wanted = first.position + bytes_max;
  auto end = first_end;
  auto next_offset = first.header.next_offset();
  auto bound = in.size_bytes();
  if (auto* fence = fences.next(in.base_offset(), first.position))
    bound = std::min(bound, fence->position_begin);
  auto whole = limit >= segment_end(i);
  if (whole && bound <= wanted) {
    if (bound == in.size_bytes())
      positions.remember(in.base_offset(), segment_end(i), bound);
    return std::max(bound, first_end);
  }
  // The index knows a boundary close to the end. Without it the way is longer,
  // so an index that cannot be read now is no error here.
  auto known =
      indexed_boundary(i, std::min(wanted, bound), limit, reader.mode());
  if (known && *known > end) {
    end = *known;
    next_offset = no_offset;
    if (whole && end - first.position >= bytes_max / 2)
      return end;
  }
  // The rest of the way is walked, as far as headers are in memory.
  while (end < bound) {
    auto read = reader.at(end);
    if (!read || read->cold || read->header.last_offset() >= limit
        || end + read->header.size_bytes() > std::min(wanted, bound))
      break;
    end += read->header.size_bytes();
    next_offset = read->header.next_offset();
  }
  if (next_offset != no_offset)
    positions.remember(in.base_offset(), next_offset, end);
  return end;
}

uint64_t log::state::readable_end(size_t i, uint64_t position, offset_t limit,
                                  read_mode mode) {
  auto& in = *segments[i];
  auto bound = in.size_bytes();
  if (auto* fence = fences.next(in.base_offset(), position))
    bound = std::min(bound, fence->position_begin);
  if (limit >= segment_end(i))
    return bound;
  // The batch of this entry ends below the limit: up to it all may be read.
  // An index that cannot be read now promises nothing.
  auto below =
      prepare(i, mode).and_then([&] { return in.offsets().floor(limit - 1); });
  return below && *below ? std::min(bound, (*below)->position) : position;
}

std::shared_ptr<const log_range>
log::state::range_ahead(size_t i, uint64_t position, offset_t limit,
                        uint64_t bytes_min, read_mode mode) {
  // Before the fences are looked at: this may find damage.
  if (!prepare(i, mode))
    return nullptr;
  auto end = std::min(readable_end(i, position, limit, mode),
                      position + log_range::bytes_max);
  if (end < position + bytes_min)
    return nullptr;
  auto& in = *segments[i];
  auto boundaries = in.offsets().positions_between(
      position, end, log_range::boundary_distance_bytes);
  if (!boundaries)
    return nullptr;
  auto range = std::make_shared<log_range>();
  range->source = in.source_if_open();
  range->counters = counters;
  range->position_begin = position;
  range->boundaries = std::move(*boundaries);
  // Cut short by `bytes_max` it ends at the last batch that begins in it.
  if (end < in.size_bytes())
    end = range->boundaries.empty() ? position : range->boundaries.back();
  range->position_end = end;
  return end - position < bytes_min ? nullptr : range;
}

} // namespace troupe::storage
