// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/file_system.h>
#include <troupe/storage/result.h>
#include <troupe/storage/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace troupe::storage {

/// Bytes of one segment that are damaged though they had been synced.
struct damaged_range {
  /// Base offset of the segment.
  offset_t segment = 0;
  uint64_t position_begin = 0;
  uint64_t position_end = 0;
  offset_t offset_begin = 0;
  offset_t offset_end = 0;

  bool operator==(const damaged_range&) const = default;
};

/// The damaged ranges of one log: reads there fail instead of serving garbage,
/// everything around them stays readable. Kept in a small text file because a
/// clean start does not scan.
///
/// File `damaged-ranges`: one line per range, five decimal numbers in the
/// order of `damaged_range`.
class fenced_ranges {
public:
  static constexpr std::string_view file_name = "damaged-ranges";
  /// A file with more text than this is not ours.
  static constexpr size_t file_bytes_max = 1 << 20;

  /// Ignored if it is known already.
  void add(const damaged_range& x);

  /// The range that holds `offset`.
  const damaged_range* find(offset_t offset) const;

  /// The first range of `segment` that ends after `position`.
  const damaged_range* next(offset_t segment, uint64_t position) const;

  /// How far a scan may go on behind damage that begins at `offset`: where
  /// known damage ends, at least to `otherwise`.
  offset_t passable_to(offset_t offset, offset_t otherwise) const;

  void truncate_to(offset_t end);
  /// Segments before `segment` have left the log.
  void forget_before(offset_t segment);
  /// Drops what is known about a segment that is scanned again.
  void forget_segment(offset_t segment);

  bool empty() const noexcept { return ranges_.empty(); }
  std::span<const damaged_range> ranges() const noexcept { return ranges_; }

  static result<fenced_ranges>
  load(file_system& fs, const std::string& directory);
  /// Writes the file, or removes it when there is nothing to fence.
  result<void> save(file_system& fs, const std::string& directory) const;

private:
  /// Ascending by offset.
  std::vector<damaged_range> ranges_;
};

} // namespace troupe::storage
