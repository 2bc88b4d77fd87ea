// SPDX-License-Identifier: Apache-2.0
#include "offset_index.h"

#include "big_endian.h"

#include <troupe/storage/assert.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace troupe::storage {

offset_index::offset_index(file_system& fs, std::string path,
                           offset_t base_offset)
    : table_(fs, std::move(path), row_bytes), base_offset_(base_offset) {}

result<bool> offset_index::attach() {
  checked_rows_ = 0;
  return table_.attach();
}

void offset_index::reset() {
  checked_rows_ = 0;
  table_.reset();
}

void offset_index::add(offset_t last_offset, uint64_t position) {
  constexpr auto max = std::numeric_limits<int32_t>::max();
  ASSERT(last_offset >= base_offset_);
  ASSERT(last_offset - base_offset_ <= max);
  ASSERT(position <= static_cast<uint64_t>(max));
  std::array<std::byte, row_bytes> row;
  store_big_endian(row.data(),
                   static_cast<int32_t>(last_offset - base_offset_));
  store_big_endian(row.data() + 4, static_cast<int32_t>(position));
  table_.append(row);
}

result<void> offset_index::prepare(uint64_t log_bytes, read_mode mode) {
  table_.use(mode);
  // Rows that we wrote ourselves since then are in order.
  checked_rows_ = std::min(checked_rows_, table_.rows());
  if (checked_rows_ == table_.rows())
    return {};
  auto last = checked_rows_ == 0 ? result<entry>{entry{base_offset_ - 1, 0}}
                                 : at(checked_rows_ - 1);
  if (!last)
    return failure(std::move(last.error()));
  auto previous = *last;
  for (; checked_rows_ < table_.rows(); ++checked_rows_) {
    auto current = at(checked_rows_);
    if (!current)
      return failure(std::move(current.error()));
    if (current->offset <= previous.offset || current->position >= log_bytes
        || (checked_rows_ > 0 && current->position <= previous.position))
      return failure(errc::corrupt_log, table_.path() + " is not in order");
    previous = *current;
  }
  return {};
}

result<std::optional<offset_index::entry>> offset_index::last() {
  table_.use(read_mode::blocking);
  return before(table_.rows());
}

result<std::optional<offset_index::entry>>
offset_index::before(const result<size_t>& i) {
  if (!i)
    return failure(i.error());
  if (*i == 0)
    return std::nullopt;
  return at(*i - 1);
}

result<std::optional<offset_index::entry>>
offset_index::from(const result<size_t>& i) {
  if (!i)
    return failure(i.error());
  if (*i == table_.rows())
    return std::nullopt;
  return at(*i);
}

result<std::optional<offset_index::entry>> offset_index::floor(offset_t x) {
  return before(table_.partition_point(
      [&](auto row) { return decode(row).offset <= x; }));
}

result<std::optional<offset_index::entry>> offset_index::ceiling(offset_t x) {
  return from(
      table_.partition_point([&](auto row) { return decode(row).offset < x; }));
}

result<std::optional<offset_index::entry>>
offset_index::floor_position(uint64_t x) {
  return before(table_.partition_point(
      [&](auto row) { return decode(row).position <= x; }));
}

result<std::optional<offset_index::entry>>
offset_index::above_position(uint64_t x) {
  return from(table_.partition_point(
      [&](auto row) { return decode(row).position <= x; }));
}

result<std::vector<uint64_t>>
offset_index::positions_between(uint64_t begin, uint64_t end,
                                uint64_t distance) {
  std::vector<uint64_t> found;
  found.reserve((end - begin) / distance + 1);
  auto not_above = [&](uint64_t mark) {
    return [this, mark](auto row) { return decode(row).position <= mark; };
  };
  auto i = table_.partition_point(not_above(begin));
  if (!i)
    return failure(std::move(i.error()));
  for (auto mark = begin; mark < end;) {
    mark = std::min(mark + distance, end);
    auto next = table_.partition_point_from(*i, not_above(mark));
    if (!next)
      return failure(std::move(next.error()));
    if (*next > *i) {
      auto last = at(*next - 1);
      if (!last)
        return failure(std::move(last.error()));
      found.push_back(last->position);
    }
    i = next;
  }
  return found;
}

result<void> offset_index::truncate_to(offset_t end) {
  auto rows = table_.partition_point(
      [&](auto row) { return decode(row).offset < end; });
  if (!rows)
    return failure(std::move(rows.error()));
  table_.truncate(*rows);
  return {};
}

result<offset_index::entry> offset_index::at(size_t i) {
  auto row = table_.row(i);
  if (!row)
    return failure(std::move(row.error()));
  return decode(*row);
}

offset_index::entry offset_index::decode(std::span<const std::byte> row) const {
  // A damaged position may be negative: as unsigned it lies beyond any log.
  return {base_offset_ + load_big_endian<int32_t>(row.data()),
          load_big_endian<uint32_t>(row.data() + 4)};
}

} // namespace troupe::storage
