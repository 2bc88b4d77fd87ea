// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index_table.h"

#include <troupe/storage/types.h>

#include <optional>

namespace troupe::storage {

/// Kafka's `.timeindex`: (i64 largest timestamp so far; i32 last offset of the
/// batch that brought it, relative to the base offset). Timestamps ascend
/// strictly, and the last row of a closed segment names its largest one.
/// Lookups need `prepare`.
class time_index {
public:
  static constexpr size_t row_bytes = 12;

  struct entry {
    timestamp_ms timestamp = no_timestamp;
    offset_t offset = no_offset;

    bool operator==(const entry&) const = default;
  };

  time_index(file_system& fs, std::string path, offset_t base_offset);

  /// Takes over the file's rows and looks at the last one; false when they
  /// cannot be right.
  result<bool> attach(read_mode mode);

  void reset();

  /// Adds `x` if its timestamp is larger than all before.
  void add(const entry& x);

  /// Looks at rows that were not looked at yet: corrupt_log when they do not
  /// ascend. Blocks, as do the look-ups.
  result<void> prepare();

  const std::optional<entry>& last() const noexcept { return last_; }

  /// The last entry with timestamp <= `x`.
  result<std::optional<entry>> floor(timestamp_ms x);

  /// Drops entries at and after `end`; needs `prepare`.
  result<void> truncate_to(offset_t end);

  result<entry> at(size_t i);

  index_table& table() noexcept { return table_; }
  const index_table& table() const noexcept { return table_; }

private:
  entry decode(std::span<const std::byte> row) const;

  index_table table_;
  offset_t base_offset_;
  std::optional<entry> last_;
  size_t checked_rows_ = 0;
};

} // namespace troupe::storage
