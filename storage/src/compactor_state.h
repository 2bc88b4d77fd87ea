// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "batch_filter.h"
#include "batch_stream.h"
#include "offset_map.h"
#include "segment.h"
#include "transaction_outcomes.h"

#include <troupe/storage/compactor.h>

#include <cstddef>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace troupe::storage {

/// Bytes that cannot be understood, as opposed to a disk that fails.
inline bool is_damage(const error& x) {
  return x.code == errc::corrupt_batch || x.code == errc::batch_too_large
         || x.code == errc::unsupported_compression;
}

/// A segment that is being written, through a buffer.
struct cleaned_output {
  std::unique_ptr<segment> into;
  std::vector<std::byte> buffer;
  bool changed = false;

  result<void> flush();
  /// Writes out and syncs everything.
  result<void> finish();
};

/// Its functions: compactor.cpp (reading keys), compactor_clean.cpp (writing
/// segments).
struct compactor::state {
  state(file_system& fs, compaction_plan plan, compaction_limits limits,
        compaction_pace pace)
      : fs(fs), plan(std::move(plan)), limits(limits), pace(std::move(pace)),
        latest(limits.cleaner_memory_bytes,
               {limits.hash_key_low, limits.hash_key_high}),
        window(limits.buffer_bytes) {
    report.first_dirty_offset = this->plan.first_dirty_offset;
  }

  result<batch_stream> stream(const compaction_source& x);
  void leave_alone(compaction_source& x, const error& why);

  result<void> read_outcomes(const compaction_source& x);
  /// False when the map is full.
  result<bool> read_keys(const compaction_source& x);
  result<bool> put_keys(const batch_stream::streamed_batch& x);

  size_t group_end(size_t begin) const;
  /// False when nothing of it would change.
  result<bool>
  clean_group(std::span<compaction_source> group, cleaned_output& output);
  result<void> clean_segment(const compaction_source& x, bool last,
                             const compaction_rules& rules,
                             cleaned_output& output);
  batch_fate fate_of(const batch_header& x) const;
  bool must_keep(const batch_header& x) const;
  void drop_output(offset_t base_offset);

  file_system& fs;
  compaction_plan plan;
  compaction_limits limits;
  compaction_pace pace;
  compaction_report report;
  transaction_outcomes outcomes;
  /// Where the last batch of each producer in the dirty part ends.
  std::unordered_map<producer_id_t, offset_t> last_dirty;
  offset_map latest;
  std::vector<std::byte> window;
  std::vector<std::byte> unpacked;
  /// Something older could not be read.
  bool keep_tombstones = false;
  size_t next = 0;
  /// The segment that is being read.
  compaction_source* reading = nullptr;
};

} // namespace troupe::storage
