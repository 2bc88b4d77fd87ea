// SPDX-License-Identifier: Apache-2.0
#include "segment_walk.h"

#include "header_reader.h"

namespace troupe::storage {

namespace {

/// Where to go on behind a damaged batch.
result<uint64_t> position_behind(segment& in, uint64_t position) {
  auto next = in.offsets().above_position(position);
  if (!next)
    return failure(std::move(next.error()));
  return *next ? (*next)->position : in.size_bytes();
}

} // namespace

result<bool> walk_segment(segment& in, const fenced_ranges& fences,
                          offset_t from, on_damage policy,
                          const batch_visitor& visit) {
  auto source = in.source();
  if (!source)
    return failure(std::move(source.error()));
  auto entry = in.offsets().floor(from);
  if (!entry)
    return failure(std::move(entry.error()));
  uint64_t position = *entry ? (*entry)->position : 0;
  header_reader reader{**source, in.size_bytes(), read_mode::blocking};
  while (position < in.size_bytes()) {
    if (auto* fence = fences.next(in.base_offset(), position);
        fence != nullptr && fence->position_begin <= position) {
      position = fence->position_end;
      continue;
    }
    auto read = reader.at(position);
    if (!read
        && (policy == on_damage::fail
            || read.error().code != errc::corrupt_log))
      return failure(std::move(read.error()));
    if (!read) {
      auto behind = position_behind(in, position);
      if (!behind)
        return failure(std::move(behind.error()));
      position = *behind;
      continue;
    }
    if (read->header.last_offset() >= from) {
      auto go_on = visit({read->header, in, position});
      if (!go_on || !*go_on)
        return go_on;
    }
    position += read->header.size_bytes();
  }
  return true;
}

} // namespace troupe::storage
