// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/file_slice.h>
#include <troupe/storage/file_system.h>
#include <troupe/storage/log.h>
#include <troupe/storage/result.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace troupe::storage {

/// Fixed-size rows of an index file. The first rows lie in the file, newer ones
/// wait in memory until `write_out`. The file is read, never mapped: a disk
/// that fails below a mapping is a signal, not an error. In memory are one page
/// and the first row of each page, so a look-up reads one page. One thread at a
/// time.
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
  /// The file holds these rows and no others.
  bool written_out() const noexcept { return memory_.empty() && !resize_; }

  void append(std::span<const std::byte> row);

  /// Keeps the first `rows` rows.
  void truncate(size_t rows);

  /// How rows of the file are read from now on. In `read_mode::nowait` whatever
  /// asks for a row fails with an error that `would_wait` when the row is not
  /// in the page cache; `missing` must be read in then.
  void use(read_mode mode) noexcept { mode_ = mode; }

  /// Valid until the next call.
  result<std::span<const std::byte>> row(size_t i);

  /// The last row; the table must not be empty.
  result<std::span<const std::byte>> last_row() { return row(rows() - 1); }

  /// Index of the first row for which `before(row)` is false.
  template <class Predicate>
  result<size_t> partition_point(Predicate before) {
    if (!memory_.empty() && (disk_rows_ == 0 || before(pending(0))))
      return disk_rows_ + bisect(0, memory_.size() / row_bytes_, [&](size_t i) {
               return before(pending(i));
             });
    if (auto done = complete_marks(); !done)
      return failure(std::move(done.error()));
    auto page = bisect(0, marks_.size() / row_bytes_,
                       [&](size_t i) { return before(mark(i)); });
    if (page == 0)
      return 0;
    --page;
    if (auto done = load(page); !done)
      return failure(std::move(done.error()));
    return page * page_rows()
           + bisect(0, page_.size() / row_bytes_,
                    [&](size_t i) { return before(loaded(i)); });
  }

  /// The same where all rows before `low` are known to be before. Ever longer
  /// steps find what is close sooner than halving the whole table.
  template <class Predicate>
  result<size_t> partition_point_from(size_t low, Predicate before) {
    auto high = low;
    for (size_t step = 1; high < rows(); step *= 2) {
      auto at_high = row(high);
      if (!at_high)
        return failure(std::move(at_high.error()));
      if (!before(*at_high))
        break;
      low = high + 1;
      high = std::min(high + step, rows());
    }
    while (low < high) {
      auto middle = low + (high - low) / 2;
      auto at_middle = row(middle);
      if (!at_middle)
        return failure(std::move(at_middle.error()));
      if (before(*at_middle))
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

  /// What the last row that `would_wait` waits for; empty if none did.
  const file_slice& missing() const noexcept { return missing_; }

  /// Closes the file and gives its page back.
  void release();

  const std::string& path() const noexcept { return path_; }

private:
  static constexpr size_t page_bytes_max = 4096;
  /// Most that is read in at once for the sake of a row that is missing.
  static constexpr uint64_t missing_bytes_max = 4 << 20;

  template <class Predicate>
  static size_t bisect(size_t low, size_t high, Predicate before) {
    while (low < high) {
      auto middle = low + (high - low) / 2;
      if (before(middle))
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }

  size_t page_rows() const noexcept { return page_bytes_max / row_bytes_; }
  std::span<const std::byte>
  cut(std::span<const std::byte> from, size_t i) const {
    return from.subspan(i * row_bytes_, row_bytes_);
  }
  std::span<const std::byte> pending(size_t i) const { return cut(memory_, i); }
  std::span<const std::byte> mark(size_t i) const { return cut(marks_, i); }
  std::span<const std::byte> loaded(size_t i) const { return cut(page_, i); }

  /// Page `i` of the file is in `page_` afterwards.
  result<void> load(size_t i);
  /// False when that would wait.
  result<bool> fill(uint64_t position, std::span<std::byte> into);
  result<void> complete_marks();
  void forget_page();

  file_system& fs_;
  std::string path_;
  size_t row_bytes_;
  read_mode mode_ = read_mode::blocking;
  size_t disk_rows_ = 0;
  /// The file is missing or longer than `disk_rows_` says.
  bool resize_ = true;
  std::vector<std::byte> memory_;
  /// The first rows of the file's first pages, as far as they were loaded.
  std::vector<std::byte> marks_;
  std::vector<std::byte> page_;
  size_t page_number_ = 0;
  std::shared_ptr<file> source_;
  file_slice missing_;
  std::shared_ptr<file> unsynced_;
};

/// Did a row of an index have to be read from disk in `read_mode::nowait`?
bool would_wait(const error& x) noexcept;

} // namespace troupe::storage
