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

result<bool> time_index::attach(read_mode mode) {
  last_.reset();
  checked_rows_ = 0;
  auto attached = table_.attach();
  if (!attached || !*attached || table_.rows() == 0)
    return attached;
  table_.use(mode);
  auto row = table_.last_row();
  if (!row)
    return failure(std::move(row.error()));
  last_ = decode(*row);
  table_.release();
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
  table_.use(read_mode::blocking);
  checked_rows_ = std::min(checked_rows_, table_.rows());
  if (checked_rows_ == table_.rows())
    return {};
  auto last = checked_rows_ == 0
                  ? result<entry>{entry{no_timestamp, base_offset_}}
                  : at(checked_rows_ - 1);
  if (!last)
    return failure(std::move(last.error()));
  auto previous = *last;
  for (; checked_rows_ < table_.rows(); ++checked_rows_) {
    auto current = at(checked_rows_);
    if (!current)
      return failure(std::move(current.error()));
    if (current->timestamp <= previous.timestamp
        || current->offset < previous.offset)
      return failure(errc::corrupt_log, table_.path() + " is not in order");
    previous = *current;
  }
  return {};
}

result<std::optional<time_index::entry>> time_index::floor(timestamp_ms x) {
  auto i = table_.partition_point(
      [&](auto row) { return decode(row).timestamp <= x; });
  if (!i)
    return failure(std::move(i.error()));
  if (*i == 0)
    return std::nullopt;
  return at(*i - 1);
}

result<void> time_index::truncate_to(offset_t end) {
  auto rows = table_.partition_point(
      [&](auto row) { return decode(row).offset < end; });
  if (!rows)
    return failure(std::move(rows.error()));
  auto last = *rows == 0 ? result<entry>{entry{}} : at(*rows - 1);
  if (!last)
    return failure(std::move(last.error()));
  last_ = *rows == 0 ? std::nullopt : std::optional{*last};
  table_.truncate(*rows);
  return {};
}

result<time_index::entry> time_index::at(size_t i) {
  auto row = table_.row(i);
  if (!row)
    return failure(std::move(row.error()));
  return decode(*row);
}

time_index::entry time_index::decode(std::span<const std::byte> row) const {
  return {load_big_endian<int64_t>(row.data()),
          base_offset_ + load_big_endian<int32_t>(row.data() + 8)};
}

} // namespace troupe::storage
