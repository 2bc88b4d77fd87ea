// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/file_slice.h>
#include <troupe/storage/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::storage {

/// Whole batches of one segment that follow a slice and could be read when
/// that was: whoever reads on finds its next slices here, without the log.
/// Never changes; any thread may read it. It does not notice when the log is
/// truncated or its start moves: its holder has to be told (`live_offsets`).
struct log_range {
  /// Expires with the segment's open file: a range keeps no file alive that
  /// retention has unlinked.
  std::weak_ptr<file> source;
  std::shared_ptr<page_cache_counters> counters;
  /// Batches begin at `position_begin` and end at `position_end`.
  uint64_t position_begin = 0;
  uint64_t position_end = 0;
  /// Where some of the batches in between begin, ascending.
  std::vector<uint64_t> boundaries;

  /// Bounds of what one range covers, and so of the memory it takes.
  static constexpr uint64_t bytes_max = 4u << 20;
  static constexpr uint64_t boundary_distance_bytes = 64u << 10;
};

/// What `read_range` found.
struct range_slice {
  file_slice records;
  /// Size of the first batch: what may not be cut.
  uint32_t first_batch_bytes = 0;
};

/// Whole batches beginning with the one at `position`, which must hold `from`,
/// up to `bytes_max` but at least one. None: ask the log; because that batch
/// holds other offsets, the range ends within `bytes_max`, headers are not in
/// memory, or the file is gone. Does not block.
std::optional<range_slice> read_range(const log_range& range, offset_t from,
                                      uint64_t position, uint32_t bytes_max);

} // namespace troupe::storage

#pragma GCC visibility pop
