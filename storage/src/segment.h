// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offset_index.h"
#include "segment_scan.h"
#include "time_index.h"

#include <troupe/storage/file_system.h>
#include <troupe/storage/record_batch.h>
#include <troupe/storage/result.h>

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::storage {

/// One `.log` file with its two indexes. Everything that is not needed is
/// opened on first use, so a log with many segments opens fast. One thread at
/// a time; the `file` it hands out may be read anywhere.
class segment {
public:
  /// Makes an empty segment; what an earlier attempt left is emptied.
  static result<std::unique_ptr<segment>>
  create(file_system& fs, const std::string& directory, offset_t base_offset,
         timestamp_ms now);
  /// The same for compaction, under `.cleaned` names.
  static result<std::unique_ptr<segment>>
  create_cleaned(file_system& fs, const std::string& directory,
                 offset_t base_offset);
  /// Takes over an existing file; only its size is looked at.
  static result<std::unique_ptr<segment>>
  open(file_system& fs, const std::string& directory, offset_t base_offset,
       timestamp_ms now);

  /// The first `size_bytes` of one that somebody else owns.
  static result<std::unique_ptr<segment>>
  open_part(file_system& fs, const std::string& directory, offset_t base_offset,
            uint64_t size_bytes);

  offset_t base_offset() const noexcept { return base_offset_; }
  uint64_t size_bytes() const noexcept { return size_; }
  /// Compaction takes batches away: offsets ascend, but need not continue.
  void expect_gaps() noexcept { gaps_ = true; }
  /// Its owner goes on: indexes may tell of bytes behind this part.
  void expect_growth() noexcept { grows_ = true; }
  /// When this process met the segment: its age while it holds no timestamp.
  timestamp_ms created_ms() const noexcept { return created_ms_; }

  result<std::shared_ptr<file>> source();
  /// Open file or null.
  const std::shared_ptr<file>& source_if_open() const noexcept {
    return source_;
  }

  /// Opens the file for writing and finds out what lies behind the last index
  /// entry: the offset after the last batch. corrupt_log when batches do not
  /// end where the file ends, or an index does not match.
  result<offset_t> make_active();

  /// Writes `parts` (`size` bytes) at the end. After an error the tail is cut
  /// back, if need be before the next write.
  result<void>
  write(std::span<const std::span<const std::byte>> parts, uint64_t size);
  /// Cuts off what a failed write left; nothing to do most of the time.
  result<void> repair_tail();

  /// Accounts for a batch that was written at `position`, and indexes it when
  /// `interval_bytes` were written since the last entry.
  void note(const batch_header& x, uint64_t position, int64_t interval_bytes);
  /// Indexes a batch in any case: the ones before it cannot be walked.
  void note_after_damage(const batch_header& x, uint64_t position);

  bool indexes_full(int64_t index_bytes_max) const;
  bool index_rows_pending(size_t bytes) const;
  result<void> write_out_indexes();
  /// The index files tell what this knows.
  bool indexes_written_out() const noexcept;
  /// Adds the last time entry and writes out: at roll and close.
  result<void> finish_indexes();

  /// Cuts at a batch boundary; blocks until that is durable. Needs
  /// `prepare_times`; `make_active` must follow.
  result<void> truncate(offset_t end, uint64_t position);

  /// Cuts off bytes behind the last batch; blocks until that is durable.
  result<void> trim(uint64_t position);

  /// Makes the indexes usable; rebuilds them from the log when they are
  /// missing or cannot be right. Returns damage that was found by that.
  /// `end_offset` is where the segment's offsets end. In `read_mode::nowait` it
  /// may fail with an error that `would_wait`, as may look-ups: read in
  /// `missing_rows`, then try again.
  result<std::vector<damaged_range>>
  prepare_indexes(offset_t end_offset, int64_t interval_bytes, read_mode mode);
  /// The same for the time index as well. Blocks.
  result<std::vector<damaged_range>>
  prepare_times(offset_t end_offset, int64_t interval_bytes);
  /// The same, but believes nothing of the indexes.
  result<std::vector<damaged_range>>
  mend_indexes(offset_t end_offset, int64_t interval_bytes);
  /// Reads the whole segment and makes its indexes anew (in memory).
  /// `end_offset` as far as it is known, else the largest one there can be.
  result<scan_result> rebuild(offset_t resync_to, const fenced_ranges& known,
                              int64_t interval_bytes, offset_t end_offset);
  /// Makes both indexes usable, or says why they are not. Blocks.
  result<void> use_indexes();
  /// Look-ups find nothing: walks begin at the beginning.
  void forget_indexes();
  /// An index led astray and may be mended: granted once.
  bool may_mend() noexcept { return !std::exchange(mended_, true); }

  /// For look-ups after `prepare_indexes`.
  offset_index& offsets() noexcept { return offsets_; }
  /// For look-ups after `prepare_times`.
  time_index& times() noexcept { return times_; }

  /// The part of an index file that a look-up would wait for.
  const file_slice& missing_rows() const noexcept;

  /// Largest timestamp and the last offset of its batch; -1 when there is
  /// none. Needs `prepare_indexes`.
  time_index::entry largest() const;
  /// The same by the last row of the time index alone; with errors that
  /// `is_mendable` only `prepare_indexes` helps. Blocks.
  result<time_index::entry> peek_largest();
  /// The same without a look at the disk.
  std::optional<time_index::entry> known_largest() const;
  /// Largest timestamp of the first batch; -1 when there is none.
  result<timestamp_ms> first_timestamp();

  /// Index files with rows that were never synced.
  void collect_unsynced(std::vector<std::shared_ptr<file>>& into) const;
  void mark_indexes_synced();

  /// Closes the files.
  void release();

  /// Gives all files a `.deleted` name; appends their paths.
  result<void> mark_deleted(std::vector<std::string>& paths);
  /// Removes all files at once.
  result<void> remove();

private:
  segment(file_system& fs, const std::string& directory, offset_t base_offset,
          timestamp_ms now, std::string_view suffix);

  result<void> begin_empty();

  std::array<const std::string*, 3> paths_of_files() const;
  result<void> open_writable();
  result<void> attach_indexes(read_mode mode);
  result<offset_t> walk_tail();
  result<void> try_prepare(read_mode mode);
  void index_batch(const batch_header& x, uint64_t position);

  file_system& fs_;
  offset_t base_offset_;
  timestamp_ms created_ms_;
  std::string path_;
  std::shared_ptr<file> source_;
  uint64_t size_ = 0;
  offset_index offsets_;
  time_index times_;
  /// The indexes are those of the file, or made here.
  bool attached_ = false;
  bool mended_ = false;
  bool gaps_ = false;
  bool grows_ = false;
  bool writable_ = false;
  /// A failed write left bytes behind `size_`.
  bool torn_ = false;
  /// Known while active and after a rebuild.
  std::optional<time_index::entry> largest_;
  std::optional<timestamp_ms> first_timestamp_;
  int64_t bytes_since_entry_ = 0;
};

/// Is it an index that is bad, rather than the disk or the process?
bool is_mendable(const error& x) noexcept;

} // namespace troupe::storage
