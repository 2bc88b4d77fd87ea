// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index_table.h"

#include <troupe/storage/types.h>

#include <optional>
#include <vector>

namespace troupe::storage {

/// Kafka's `.index`: (i32 last offset of a batch, relative to the segment's
/// base offset; i32 position of that batch). Both columns ascend strictly.
/// Lookups need `prepare`.
class offset_index {
public:
  static constexpr size_t row_bytes = 8;

  struct entry {
    offset_t offset = 0;
    uint64_t position = 0;

    bool operator==(const entry&) const = default;
  };

  offset_index(file_system& fs, std::string path, offset_t base_offset);

  /// Takes over the file's rows; false when there is no file or its size is
  /// wrong.
  result<bool> attach();

  void reset();

  void add(offset_t last_offset, uint64_t position);

  /// Looks at rows that were not looked at yet: corrupt_log when they do not
  /// ascend or point beyond `log_bytes`. `mode` holds for the look-ups that
  /// follow, too.
  result<void> prepare(uint64_t log_bytes, read_mode mode);

  result<std::optional<entry>> last();

  /// The last entry with offset <= `x`.
  result<std::optional<entry>> floor(offset_t x);
  /// The first entry with offset >= `x`.
  result<std::optional<entry>> ceiling(offset_t x);
  /// The last entry with position <= `x`.
  result<std::optional<entry>> floor_position(uint64_t x);
  /// The first entry with position > `x`.
  result<std::optional<entry>> above_position(uint64_t x);

  /// Positions of entries in (begin, end], ascending: in each stretch of
  /// `distance` bytes the last one.
  result<std::vector<uint64_t>>
  positions_between(uint64_t begin, uint64_t end, uint64_t distance);

  /// Drops entries at and after `end`; needs `prepare`.
  result<void> truncate_to(offset_t end);

  result<entry> at(size_t i);

  index_table& table() noexcept { return table_; }
  const index_table& table() const noexcept { return table_; }

private:
  entry decode(std::span<const std::byte> row) const;
  /// The entry before row `i`, none for the first.
  result<std::optional<entry>> before(const result<size_t>& i);
  /// The entry at row `i`, none behind the last.
  result<std::optional<entry>> from(const result<size_t>& i);

  index_table table_;
  offset_t base_offset_;
  /// Rows up to here were found in order.
  size_t checked_rows_ = 0;
};

} // namespace troupe::storage
