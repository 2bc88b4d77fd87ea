// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/file_system.h>
#include <troupe/storage/result.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace troupe::storage {

/// Fixed-size rows of an index file. The first rows lie in the file and are
/// read through a mapping that is made on first use; newer ones wait in memory
/// until `write_out`. One thread at a time.
class index_table {
public:
  index_table(file_system& fs, std::string path, size_t row_bytes);

  /// Takes over the rows of the file; false when there is no file or its size
  /// is no multiple of a row.
  result<bool> attach();

  /// Starts anew: the next `write_out` replaces what the file holds.
  void reset();

  size_t rows() const noexcept;
  size_t bytes() const noexcept { return rows() * row_bytes_; }
  /// Bytes that wait for `write_out`.
  size_t pending_bytes() const noexcept { return memory_.size(); }

  void append(std::span<const std::byte> row);

  /// Keeps the first `rows` rows.
  void truncate(size_t rows);

  /// Makes every row readable with `row`.
  result<void> prepare();

  /// Needs `prepare` since the last change.
  std::span<const std::byte> row(size_t i) const;

  /// The last row without a mapping; the table must not be empty.
  result<std::vector<std::byte>> last_row();

  /// Index of the first row for which `before(row)` is false.
  template <class Predicate>
  size_t partition_point(Predicate before) const {
    return partition_point(before, 0, rows());
  }

  /// The same among the rows in [low, high).
  template <class Predicate>
  size_t partition_point(Predicate before, size_t low, size_t high) const {
    while (low < high) {
      auto middle = low + (high - low) / 2;
      if (before(row(middle)))
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }

  /// Brings the file up to date. After an error the rows stay in memory.
  result<void> write_out();

  /// The file, while it holds rows that were never synced.
  const std::shared_ptr<file>& unsynced() const noexcept { return unsynced_; }
  void mark_synced() { unsynced_.reset(); }

  /// Gives the mapping back.
  void release() { mapping_.reset(); }

  const std::string& path() const noexcept { return path_; }

private:
  file_system& fs_;
  std::string path_;
  size_t row_bytes_;
  size_t disk_rows_ = 0;
  /// The file is missing or longer than `disk_rows_` says.
  bool resize_ = true;
  std::vector<std::byte> memory_;
  std::shared_ptr<mapped_file> mapping_;
  std::shared_ptr<file> unsynced_;
};

} // namespace troupe::storage
