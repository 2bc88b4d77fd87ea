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

result<void> offset_index::prepare(uint64_t log_bytes) {
  if (auto done = table_.prepare(); !done)
    return done;
  // Rows that we wrote ourselves since then are in order.
  checked_rows_ = std::min(checked_rows_, table_.rows());
  auto previous =
      checked_rows_ == 0 ? entry{base_offset_ - 1, 0} : at(checked_rows_ - 1);
  for (auto i = checked_rows_; i < table_.rows(); ++i) {
    auto current = at(i);
    if (current.offset <= previous.offset || current.position >= log_bytes
        || (i > 0 && current.position <= previous.position))
      return failure(errc::corrupt_log, table_.path() + " is not in order");
    previous = current;
  }
  checked_rows_ = table_.rows();
  return {};
}

result<std::optional<offset_index::entry>> offset_index::last() {
  if (table_.rows() == 0)
    return std::nullopt;
  auto row = table_.last_row();
  if (!row)
    return failure(std::move(row.error()));
  return decode(*row);
}

std::optional<offset_index::entry> offset_index::floor(offset_t x) const {
  auto i =
      table_.partition_point([&](auto row) { return decode(row).offset <= x; });
  return i == 0 ? std::nullopt : std::optional{at(i - 1)};
}

std::optional<offset_index::entry> offset_index::ceiling(offset_t x) const {
  auto i =
      table_.partition_point([&](auto row) { return decode(row).offset < x; });
  return i == table_.rows() ? std::nullopt : std::optional{at(i)};
}

std::optional<offset_index::entry>
offset_index::floor_position(uint64_t x) const {
  auto i = table_.partition_point(
      [&](auto row) { return decode(row).position <= x; });
  return i == 0 ? std::nullopt : std::optional{at(i - 1)};
}

std::optional<offset_index::entry>
offset_index::above_position(uint64_t x) const {
  auto i = table_.partition_point(
      [&](auto row) { return decode(row).position <= x; });
  return i == table_.rows() ? std::nullopt : std::optional{at(i)};
}

std::vector<uint64_t>
offset_index::positions_between(uint64_t begin, uint64_t end,
                                uint64_t distance) const {
  std::vector<uint64_t> found;
  found.reserve((end - begin) / distance + 1);
  auto rows = table_.rows();
  auto not_above = [&](uint64_t mark) {
    return [this, mark](auto row) { return decode(row).position <= mark; };
  };
  auto i = table_.partition_point(not_above(begin));
  for (auto mark = begin; mark < end;) {
    mark = std::min(mark + distance, end);
    // The next mark is close: ever longer steps find it sooner than halving
    // the whole index.
    auto low = i;
    auto high = i;
    for (size_t step = 1; high < rows && at(high).position <= mark; step *= 2) {
      low = high + 1;
      high = std::min(high + step, rows);
    }
    auto next = table_.partition_point(not_above(mark), low, high);
    if (next > i)
      found.push_back(at(next - 1).position);
    i = next;
  }
  return found;
}

void offset_index::truncate_to(offset_t end) {
  table_.truncate(table_.partition_point(
      [&](auto row) { return decode(row).offset < end; }));
}

offset_index::entry offset_index::at(size_t i) const {
  return decode(table_.row(i));
}

offset_index::entry offset_index::decode(std::span<const std::byte> row) const {
  // A damaged position may be negative: as unsigned it lies beyond any log.
  return {base_offset_ + load_big_endian<int32_t>(row.data()),
          load_big_endian<uint32_t>(row.data() + 4)};
}

} // namespace troupe::storage
