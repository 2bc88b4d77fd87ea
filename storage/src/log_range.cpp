// SPDX-License-Identifier: Apache-2.0
#include <troupe/storage/log_range.h>

#include "header_reader.h"

#include <algorithm>
#include <utility>

namespace troupe::storage {

namespace {

/// The largest known beginning of a batch in (position, end].
std::optional<uint64_t>
last_boundary(const log_range& range, uint64_t position, uint64_t end) {
  auto above =
      std::upper_bound(range.boundaries.begin(), range.boundaries.end(), end);
  if (above == range.boundaries.begin() || *std::prev(above) <= position)
    return std::nullopt;
  return *std::prev(above);
}

} // namespace

std::optional<range_slice> read_range(const log_range& range, offset_t from,
                                      uint64_t position, uint32_t bytes_max) {
  auto wanted = position + bytes_max;
  if (position < range.position_begin || wanted > range.position_end)
    return std::nullopt;
  auto source = range.source.lock();
  if (source == nullptr)
    return std::nullopt;
  header_reader reader{*source, range.position_end, read_mode::nowait};
  auto first = reader.at(position);
  if (!first || first->cold || from < first->header.base_offset
      || from > first->header.last_offset())
    return std::nullopt;
  auto size = first->header.size_bytes();
  auto end = position + size;
  auto known = last_boundary(range, position, wanted);
  if (known && *known > end)
    end = *known;
  // Close enough: nobody waits for the few batches that fit behind it.
  if (end - position < bytes_max / 2) {
    while (end + batch_header_bytes <= wanted) {
      auto next = reader.at(end);
      if (!next || next->cold || end + next->header.size_bytes() > wanted)
        break;
      end += next->header.size_bytes();
    }
  }
  range_slice found;
  found.first_batch_bytes = static_cast<uint32_t>(size);
  found.records = {std::move(source), position,
                   static_cast<uint32_t>(end - position), range.counters};
  return found;
}

} // namespace troupe::storage
