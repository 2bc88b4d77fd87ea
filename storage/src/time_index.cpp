// SPDX-License-Identifier: Apache-2.0
#include "time_index.h"

#include "big_endian.h"

#include <troupe/storage/assert.h>

#include <algorithm>
#include <array>
#include <utility>

namespace troupe::storage {

time_index::time_index(file_system& fs, std::string path, offset_t base_offset)
    : table_(fs, std::move(path), row_bytes), base_offset_(base_offset) {}

result<bool> time_index::attach() {
  last_.reset();
  checked_rows_ = 0;
  auto attached = table_.attach();
  if (!attached || !*attached || table_.rows() == 0)
    return attached;
  auto row = table_.last_row();
  if (!row)
    return failure(std::move(row.error()));
  last_ = decode(*row);
  return last_->timestamp >= 0 && last_->offset >= base_offset_;
}

void time_index::reset() {
  table_.reset();
  last_.reset();
  checked_rows_ = 0;
}

void time_index::add(const entry& x) {
  if (x.timestamp <= (last_ ? last_->timestamp : no_timestamp))
    return;
  ASSERT(x.offset >= base_offset_);
  std::array<std::byte, row_bytes> row;
  store_big_endian(row.data(), x.timestamp);
  store_big_endian(row.data() + 8,
                   static_cast<int32_t>(x.offset - base_offset_));
  table_.append(row);
  last_ = x;
}

result<void> time_index::prepare() {
  if (auto done = table_.prepare(); !done)
    return done;
  checked_rows_ = std::min(checked_rows_, table_.rows());
  auto previous = checked_rows_ == 0 ? entry{no_timestamp, base_offset_}
                                     : at(checked_rows_ - 1);
  for (auto i = checked_rows_; i < table_.rows(); ++i) {
    auto current = at(i);
    if (current.timestamp <= previous.timestamp
        || current.offset < previous.offset)
      return failure(errc::corrupt_log, table_.path() + " is not in order");
    previous = current;
  }
  checked_rows_ = table_.rows();
  return {};
}

std::optional<time_index::entry> time_index::floor(timestamp_ms x) const {
  auto i = table_.partition_point(
      [&](auto row) { return decode(row).timestamp <= x; });
  return i == 0 ? std::nullopt : std::optional{at(i - 1)};
}

void time_index::truncate_to(offset_t end) {
  auto rows = table_.partition_point(
      [&](auto row) { return decode(row).offset < end; });
  last_ = rows == 0 ? std::nullopt : std::optional{at(rows - 1)};
  table_.truncate(rows);
}

time_index::entry time_index::at(size_t i) const {
  return decode(table_.row(i));
}

time_index::entry time_index::decode(std::span<const std::byte> row) const {
  return {load_big_endian<int64_t>(row.data()),
          base_offset_ + load_big_endian<int32_t>(row.data() + 8)};
}

} // namespace troupe::storage
