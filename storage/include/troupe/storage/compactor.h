// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/compaction_plan.h>
#include <troupe/storage/file_system.h>
#include <troupe/storage/result.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::storage {

/// What one compaction may use.
struct compaction_limits {
  /// For the map from keys to their last offsets. A map that is full ends the
  /// compaction earlier.
  uint64_t cleaner_memory_bytes = 128 << 20;
  /// For reading, and again for writing; one batch always fits.
  uint64_t buffer_bytes = 1 << 20;
  /// Random, so that nobody can choose keys that collide.
  uint64_t hash_key_low = 0;
  /// The other half of that key.
  uint64_t hash_key_high = 0;
};

/// Called before so many bytes are read or written; waits as long as they have
/// to. False: end the compaction.
using compaction_pace = std::function<bool(uint64_t bytes)>;

/// What a compaction has done so far.
struct compaction_report {
  /// Where the log is dirty from, once everything was swapped.
  offset_t first_dirty_offset = 0;
  uint64_t bytes_read = 0;
  uint64_t bytes_written = 0;
  uint64_t records_removed = 0;
  /// One sentence per segment that was left alone because it is damaged.
  std::vector<std::string> notes;
};

/// Compacts the segments of a plan into new files, beside the log's owner and
/// on file handles of its own: `read_dirty` learns the last offset of each key,
/// then each `clean_next` writes one segment. Swap them in that order, each
/// before the next or all at the end; when a swap is refused, stop: a tombstone
/// may only go after what it deletes. Blocks; one thread.
class compactor {
public:
  /// `fs` must outlive it; `pace` is called from the thread that calls this.
  compactor(file_system& fs, compaction_plan plan, compaction_limits limits,
            compaction_pace pace);
  ~compactor();
  compactor(const compactor&) = delete;
  compactor& operator=(const compactor&) = delete;

  /// errc::closed when the pace said so; errc::not_found when a segment left
  /// the log meanwhile. Likewise `clean_next`.
  result<void> read_dirty();

  /// None: all is done.
  result<std::optional<cleaned_segment>> clean_next();

  /// True up to the last call; complete when `clean_next` gave none.
  const compaction_report& report() const noexcept;

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace troupe::storage

#pragma GCC visibility pop
