// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fenced_ranges.h"
#include "segment.h"
#include "segment_walk.h"

#include <troupe/storage/timestamp_search.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::storage {

/// What a search takes with it: names and sizes, nothing that the log's owner
/// goes on with.
struct timestamp_search::state {
  struct part {
    offset_t base_offset = 0;
    offset_t end_offset = 0;
    uint64_t size_bytes = 0;
    /// The owner writes to it.
    bool active = false;
    /// Its indexes on disk are what the owner goes by.
    bool indexed = false;
    /// As far as the owner knows.
    std::optional<time_index::entry> largest;
    /// Opened on first use.
    std::unique_ptr<segment> in;
  };

  result<void> open(part& x);
  /// Opens it with its indexes, if they are any good.
  result<void> prepare(part& x);
  /// False when `visit` said stop. Needs `prepare`.
  result<bool>
  walk(part& x, offset_t from, on_damage policy, const batch_visitor& visit);
  result<time_index::entry> largest_of(part& x);
  /// The largest timestamp below the limit, with the last offset of its batch.
  result<std::optional<time_index::entry>> largest_batch();
  /// The same of one part, batch by batch.
  result<void> walk_largest(part& x, std::optional<time_index::entry>& best);
  bool may_hold(const batch_header& x) const;

  file_system& fs;
  std::string directory;
  /// Ascending, what overlaps with [start_offset, limit).
  std::vector<part> parts;
  fenced_ranges fences;
  offset_t start_offset = 0;
  offset_t limit = 0;
  bool gaps = false;
  int64_t decompressed_bytes_max = 0;
};

} // namespace troupe::storage
