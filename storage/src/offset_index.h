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

  /// Maps what is on disk; corrupt_log when the rows do not ascend or point
  /// beyond `log_bytes`.
  result<void> prepare(uint64_t log_bytes);

  /// The last entry, without a mapping.
  result<std::optional<entry>> last();

  /// The last entry with offset <= `x`.
  std::optional<entry> floor(offset_t x) const;
  /// The first entry with offset >= `x`.
  std::optional<entry> ceiling(offset_t x) const;
  /// The last entry with position <= `x`.
  std::optional<entry> floor_position(uint64_t x) const;
  /// The first entry with position > `x`.
  std::optional<entry> above_position(uint64_t x) const;

  /// Positions of entries in (begin, end], ascending: in each stretch of
  /// `distance` bytes the last one.
  std::vector<uint64_t> positions_between(uint64_t begin, uint64_t end,
                                          uint64_t distance) const;

  /// Drops entries at and after `end`; needs `prepare`.
  void truncate_to(offset_t end);

  entry at(size_t i) const;

  index_table& table() noexcept { return table_; }
  const index_table& table() const noexcept { return table_; }

private:
  entry decode(std::span<const std::byte> row) const;

  index_table table_;
  offset_t base_offset_;
  /// Rows up to here were found in order.
  size_t checked_rows_ = 0;
};

} // namespace troupe::storage
