// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "epoch_cache.h"
#include "fenced_ranges.h"
#include "header_reader.h"
#include "log_recovery.h"
#include "producer_copies.h"
#include "producer_table.h"
#include "read_positions.h"
#include "segment.h"
#include "segment_walk.h"

#include <troupe/storage/log.h>

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::storage {

/// What a log is made of. Its functions are spread by responsibility:
/// log.cpp (life cycle, sync), log_append.cpp, log_roll.cpp, log_lookup.cpp
/// (segments, walking), log_read.cpp, log_timestamps.cpp, log_retention.cpp,
/// log_truncate.cpp, log_compaction.cpp, log_replay.cpp (producers and epochs).
struct log::state {
  state(file_system& fs, log_options options, recovered_log recovered);

  segment& active() { return *segments.back(); }
  const segment& active() const { return *segments.back(); }
  size_t segment_at(offset_t offset) const;
  /// Offset at which segment `i` ends.
  offset_t segment_end(size_t i) const;
  /// Indexes ready for look-ups; damage that this finds is fenced.
  result<void> prepare(size_t i, read_mode mode);
  /// The same for the time index as well. Blocks.
  result<void> prepare_times(size_t i);
  result<void> mend(size_t i);
  /// Notes that a closed segment is in use; closes the one used longest ago.
  void touch(size_t i);
  /// Fences what was found.
  result<void> fence(const result<std::vector<damaged_range>>& damages);

  /// Calls `visit` for each batch from the one that holds `from` on, until it
  /// returns false. Fenced ranges are skipped. Blocks.
  result<void>
  walk(offset_t from, on_damage policy, const batch_visitor& visit);
  /// Walks one segment; false when `visit` said stop.
  result<bool> walk_segment(size_t i, offset_t from, on_damage policy,
                            const batch_visitor& visit);

  result<void> check_writable() const;
  /// Indexes count offsets from the base of their segment, as i32.
  static constexpr offset_t relative_offset_max =
      std::numeric_limits<int32_t>::max();
  /// What is about to be appended, as far as rolling goes.
  struct pending_append {
    uint64_t bytes = 0;
    timestamp_ms max_timestamp = no_timestamp;
    offset_t last_offset = no_offset;
  };
  int64_t segment_bytes_max() const;
  result<bool> roll_due(const pending_append& x, timestamp_ms now);
  result<void> roll_if_due(const pending_append& x, timestamp_ms now);
  result<void> roll(timestamp_ms now);
  result<void> remove_stray();
  /// Everything that follows a successful write of one batch.
  void account(const batch_header& x, uint64_t position, timestamp_ms now);
  result<batch_header> check_batch(std::span<const std::byte> bytes,
                                   const append_options& how,
                                   std::vector<record_failure>* failures);
  /// Headers of whole batches that ascend from the end on; empty is an error.
  result<std::vector<batch_header>>
  check_replicated(std::span<const std::byte> bytes) const;
  /// Appends the batches that fit into the active segment, at least one.
  result<size_t> append_group(std::span<const batch_header> headers,
                              std::span<const std::byte> bytes,
                              timestamp_ms now);

  struct located {
    batch_header header;
    /// Of the batch, or of the cold bytes that have to be read in first.
    uint64_t position = 0;
    bool cold = false;
  };
  bool is_next(const batch_header& x, offset_t from) const;
  result<located> locate(size_t i, offset_t from, header_reader& reader);
  result<located>
  locate_by_index(size_t i, offset_t from, header_reader& reader);
  result<located>
  walk_to(size_t i, offset_t from, uint64_t position, header_reader& reader);
  /// The last indexed beginning of a batch at or before `position`, and not
  /// behind `limit`; 0 when there is none.
  result<uint64_t>
  indexed_boundary(size_t i, uint64_t position, offset_t limit, read_mode mode);
  uint64_t slice_end(size_t i, const located& first, uint32_t bytes_max,
                     offset_t limit, header_reader& reader);
  /// Where what may be read of segment `i` from `position` on ends.
  uint64_t
  readable_end(size_t i, uint64_t position, offset_t limit, read_mode mode);
  /// What follows a slice that ends at `position`; null when that is less than
  /// `bytes_min`.
  std::shared_ptr<const log_range>
  range_ahead(size_t i, uint64_t position, offset_t limit, uint64_t bytes_min,
              read_mode mode);

  /// Largest timestamp of segment `i`. Blocks.
  result<timestamp_ms> largest_of(size_t i);
  /// Takes the first `count` segments out of the log.
  result<removed_files> remove_oldest(size_t count);
  result<size_t> count_expired(timestamp_ms now, offset_t limit);
  void advance_start(offset_t offset);

  struct cut {
    offset_t offset = 0;
    uint64_t position = 0;
  };
  /// The batch boundary at or below `offset`, in segment `i`.
  result<cut> find_cut(size_t i, offset_t offset);
  /// Where the batch before `position` ends.
  offset_t end_before(size_t i, uint64_t position);
  /// Removes segments after `i`, the newest first, so that the log has no hole
  /// at any moment.
  result<void> remove_after(size_t i);
  result<void> truncate_segment(size_t i, const cut& at);
  /// Memory follows the files.
  void forget_after_end();
  /// Removes all segments, the newest first, and makes one at `offset`.
  result<void> begin_anew(offset_t offset);

  result<void> plan_segments(compaction_plan& plan, offset_t limit);
  result<bool> is_young(size_t i, timestamp_ms now);
  result<bool> is_overdue(size_t i, timestamp_ms now);
  std::optional<size_t> place_of(const cleaned_segment& x) const;
  void allow_gaps();
  result<void> mark_gaps();
  result<void> begin_swap(offset_t base);
  result<std::unique_ptr<segment>> end_swap(offset_t base);

  /// Writes indexes out and syncs everything.
  result<void> make_durable();

  /// Producers and epochs from the checkpoint, then from the batches after it.
  result<void> restore_memory(recovery_report& report);
  /// After a cut, from the newest copy that the cut left. Blocks.
  result<void> rebuild_producers();
  /// Takes in what follows the batches that `producers` knows.
  result<void> replay(offset_t known_end);

  file_system& fs;
  log_options options;
  /// At least one; ascending; the last is active.
  std::vector<std::unique_ptr<segment>> segments;
  fenced_ranges fences;
  offset_t start_offset = 0;
  offset_t end_offset = 0;
  /// Everything before it was synced; may lie below the log start.
  offset_t synced_offset = 0;
  bool checkpoint_holds = false;

  /// Compaction took batches away, here or where this is copied from, or may
  /// have: offsets ascend with gaps.
  bool gaps = false;
  /// That is noted on disk.
  bool gaps_marked = false;
  /// Where the log ended then: only a sync of more has covered the note.
  offset_t gaps_marked_at = no_offset;
  offset_t first_dirty_offset = 0;
  /// Plans of another generation are worthless.
  uint64_t compaction_generation = 0;

  producer_table producers;
  /// Of the latest rolls, and of what opening began with.
  producer_copies copies;
  epoch_cache epochs;
  std::shared_ptr<page_cache_counters> counters;

  bool poisoned = false;
  bool closed = false;
  /// Creations that no directory sync has covered.
  bool directory_created = false;
  bool directory_changed = false;
  /// Time of the oldest append that is not synced; of the latest append.
  timestamp_ms unsynced_since = no_timestamp;
  timestamp_ms last_append = no_timestamp;

  /// Base offset of an empty file that a failed roll left. Recovery knows what
  /// to do with one that stays.
  std::optional<offset_t> stray;

  read_positions positions;
  /// Base offsets of closed segments with open files, oldest use first.
  static constexpr size_t open_segments_max = 8;
  std::array<offset_t, open_segments_max> open_segments;
};

} // namespace troupe::storage
