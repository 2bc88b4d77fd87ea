// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::storage {

/// A closed segment that compaction reads.
struct compaction_source {
  offset_t base_offset = 0;
  /// Where the next segment begins.
  offset_t end_offset = 0;
  uint64_t size_bytes = 0;
  /// A part of it is known to be damaged: it is left as it is.
  bool damaged = false;

  bool operator==(const compaction_source&) const = default;
};

/// What there is to compact in one log, as its owner saw it. Nothing in it
/// changes while the log goes on; if the log does something to these segments,
/// the swap is refused.
struct compaction_plan {
  std::string directory;
  /// Counts what makes earlier plans worthless.
  uint64_t generation = 0;
  /// From the start of the log to the first one that must not be touched:
  /// the active one, what is not synced, not committed, or too young.
  std::vector<compaction_source> segments;
  /// Records before it were compacted among each other before.
  offset_t first_dirty_offset = 0;
  uint64_t clean_bytes = 0;
  uint64_t dirty_bytes = 0;
  /// max.compaction.lag.ms has passed for some record.
  bool overdue = false;
  double min_dirty_ratio = 0.5;

  /// Active producers and the last offset of each one's last batch in these
  /// segments, if the log knows it, else no_offset. That batch must stay: what
  /// the producer sent later may still be lost.
  std::unordered_map<producer_id_t, offset_t> last_offsets;
  int64_t segment_bytes = 0;
  int64_t index_interval_bytes = 0;
  int64_t delete_retention_ms = 0;
  int64_t decompressed_bytes_max = 0;
  timestamp_ms now = 0;

  /// Part of the bytes that was never compacted.
  double dirty_ratio() const {
    auto total = clean_bytes + dirty_bytes;
    return total == 0
               ? 0
               : static_cast<double>(dirty_bytes) / static_cast<double>(total);
  }
  /// Kafka's rule: dirty enough, or some record waited for too long.
  bool due() const {
    return dirty_bytes > 0 && (overdue || dirty_ratio() > min_dirty_ratio);
  }
};

/// One segment that is to take the place of some, in files named
/// `<base offset>.log.cleaned` (and `.index`, `.timeindex`), synced.
struct cleaned_segment {
  uint64_t generation = 0;
  /// Neighbours, ascending. The new one has the first one's base offset and
  /// ends where the last one ends.
  std::vector<compaction_source> replaces;
  uint64_t size_bytes = 0;
};

} // namespace troupe::storage

#pragma GCC visibility pop
