// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/batch_validator.h>
#include <troupe/storage/buffer.h>
#include <troupe/storage/compaction_plan.h>
#include <troupe/storage/file_slice.h>
#include <troupe/storage/file_system.h>
#include <troupe/storage/log_config.h>
#include <troupe/storage/log_range.h>
#include <troupe/storage/offset_store.h>
#include <troupe/storage/record_batch.h>
#include <troupe/storage/result.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::storage {

/// Where and how a log is opened.
struct log_options {
  /// Directory of the partition; created when missing.
  std::string directory;
  /// For messages and reports.
  topic_partition name;
  /// Of this life of the topic: written into the directory, and compared with
  /// what is there already, unless it is nil.
  uuid topic_id;
  /// In force until `reconfigure`.
  log_config config;
  /// The last stop was clean and the checkpoint is true: nothing is scanned.
  bool clean_shutdown = false;
  /// What the offset store knew, if anything.
  std::optional<partition_checkpoint> checkpoint;
  /// Time of the opening, in milliseconds since 1970.
  timestamp_ms now = 0;
};

/// What opening found and mended.
struct recovery_report {
  bool scanned = false;
  int32_t segments = 0;
  uint64_t bytes_scanned = 0;
  uint64_t bytes_truncated = 0;
  int32_t indexes_rebuilt = 0;
  /// One sentence per thing mended or found damaged.
  std::vector<std::string> notes;
};

/// Who sends the batch.
enum class append_origin : uint8_t {
  /// Foreign bytes: the log validates them and assigns offsets.
  client,
  /// Our own bytes (metadata log): offsets assigned, no client rules.
  internal,
  /// As `client`, but stages have been at it: records may be missing, even all
  /// of them, while offsets and sequences of the others stay.
  staged,
};

/// How to append a batch.
struct append_options {
  /// Stamped into the batch.
  leader_epoch_t leader_epoch = 0;
  /// Time of the append, in milliseconds since 1970.
  timestamp_ms now = 0;
  /// Whether the batch has to be validated.
  append_origin origin = append_origin::client;
};

/// Where a batch went.
struct append_info {
  offset_t base_offset = no_offset;
  /// First offset after the appended (or duplicated) batch.
  offset_t next_offset = no_offset;
  /// When the topic says LogAppendTime: `now`, of a duplicate the time of its
  /// first copy; else -1.
  timestamp_ms log_append_time = no_timestamp;
  /// The batch was here already (idempotent retry); nothing was appended.
  bool duplicate = false;
};

enum class read_mode : uint8_t {
  /// Batch headers may be read from disk: for detached actors and tests.
  blocking,
  /// Headers that are not in the page cache make the read answer `cold`.
  nowait,
};

/// What a read found. The slice stays readable when its segment is removed.
struct read_info {
  /// Whole batches; empty when there is nothing between `from` and `limit`.
  file_slice records;
  /// Size of the first batch: what may not be cut (0 when empty).
  uint32_t first_batch_bytes = 0;
  /// Nothing was read because bytes of `records` are not in memory: have them
  /// read in (in another thread), then try again.
  bool cold = false;
  /// More whole batches could be read: `bytes_max` or the end of the segment
  /// ended the slice.
  bool more = false;
  /// What may be read after `records`, when that is worth it; else null.
  std::shared_ptr<const log_range> ahead;
};

/// A record, found by its time.
struct found_offset {
  offset_t offset = no_offset;
  timestamp_ms timestamp = no_timestamp;
  leader_epoch_t leader_epoch = no_leader_epoch;
};

/// A producer that the log remembers (DescribeProducers).
struct active_producer {
  producer_id_t id = no_producer_id;
  producer_epoch_t epoch = -1;
  int32_t last_sequence = -1;
  timestamp_ms last_timestamp = no_timestamp;
};

/// Files that a sync must cover and the offset that is durable after it.
struct sync_plan {
  std::vector<std::shared_ptr<file>> files;
  /// Directories whose entries changed (new segments).
  std::vector<std::string> directories;
  offset_t end_offset = 0;
};

/// Syncs the files and directories of `plan`, in that order; stops at the
/// first failure. Blocks.
result<void> run_sync(file_system& fs, const sync_plan& plan);

/// Files that left the log under a `.deleted` name: remove them after
/// `file.delete.delay.ms`, away from the hot path.
struct removed_files {
  std::vector<std::string> paths;
  /// Why the active segment, expired too, could not be replaced: it stays.
  std::optional<error> kept_active;
};

class timestamp_search;

/// An append-only sequence of record batches in segment files that Apache
/// Kafka's tools can read. Owned and called by one thread at a time (its
/// partition actor); the file slices it hands out may be used anywhere.
///
/// Directory:  00000000000000000000.log  .index  .timeindex
///             00000000000000012345.log  ...      partition.metadata
/// Invariants: log start <= recovery point <= end; batches are contiguous in
/// the files, and so are their offsets unless compaction took batches away;
/// index entries point at batches; what `append` refused left no bytes behind.
class log {
public:
  /// The log, and what had to be mended to get it.
  struct opened {
    std::unique_ptr<log> value;
    recovery_report report;
  };

  /// Opens or creates the log. After an unclean stop everything from the
  /// recovery point is scanned, the tail is cut at the first bad batch and
  /// indexes, epochs and producers are rebuilt. `fs` must outlive the log.
  /// Save `checkpoint` before the first append: one from before the crash may
  /// tell of batches that were cut, at offsets that are about to be reused.
  static result<opened> open(file_system& fs, log_options options);

  ~log();
  log(const log&) = delete;
  log& operator=(const log&) = delete;

  /// Validates one batch, checks its producer's sequence, stamps offset and
  /// leader epoch and appends it; rolls the segment first when due. On any
  /// error nothing was appended and the log stays usable, except after
  /// errc::poisoned. `failures` is filled for errc::invalid_record.
  result<append_info> append(const buffer& batch, const append_options& how,
                             std::vector<record_failure>* failures = nullptr);

  /// Appends whole batches that already carry offsets and epochs, byte for
  /// byte (replication). Must begin at `end_offset()` or after it, and ascend:
  /// where compaction took batches away, they have gaps between them, also when
  /// the topic is compacted no more. When the medium fails after some of them,
  /// `next_offset` tells how far it got.
  result<append_info>
  append_replicated(const buffer& batches, timestamp_ms now);

  /// Removes everything at and after `offset`, and the whole batch that holds
  /// it. Blocks, but reads little unless that takes several segments. Save
  /// `checkpoint` before the next append, as after `open`. A failure of the
  /// medium poisons the log: only opening it again helps.
  result<void> truncate_to(offset_t offset);

  /// Removes everything; the log starts and ends at `offset`, where the next
  /// append goes. For a replica whose records are all gone from its leader.
  /// Blocks, and as with `truncate_to`: save `checkpoint`, and a failure of the
  /// medium poisons the log.
  result<void> restart_at(offset_t offset);

  /// Moves the log start offset up (DeleteRecords); whole segments below it
  /// leave the log.
  result<removed_files> delete_records_before(offset_t offset);

  /// Rolls an expired active segment and takes segments out of the log that
  /// retention no longer allows; never goes beyond `limit` (high watermark).
  result<removed_files> apply_retention(timestamp_ms now, offset_t limit);

  // -- compaction -------------------------------------------------------------

  /// What a `compactor` would do now, below `limit` (high watermark, or last
  /// stable offset) and below the recovery point; nothing is due when the topic
  /// is not compacted. Blocks while a compaction lag is configured.
  result<compaction_plan> plan_compaction(timestamp_ms now, offset_t limit);

  /// Puts a compacted segment in the place of those that it replaces: some
  /// renames. Refused with invalid_argument, and its files are removed, when
  /// the log did something to them since the plan. Slices handed out before
  /// stay readable. A medium that fails in the middle poisons the log.
  result<removed_files> swap_segments(const cleaned_segment& cleaned);

  /// All segments of the plan of that generation were swapped: the log is
  /// clean up to there. Save `checkpoint`, or it is compacted again.
  void finish_compaction(uint64_t generation, offset_t first_dirty_offset);
  /// Everything below was compacted; 0 when nothing was.
  offset_t first_dirty_offset() const noexcept;

  /// Takes effect at once.
  void reconfigure(const log_config& config);

  /// What has to be synced to make everything up to now durable. The caller
  /// syncs (in another thread), then reports with `synced_up_to`.
  sync_plan plan_sync() const;
  /// Everything below is durable: the `end_offset` of a plan that was synced.
  void synced_up_to(offset_t offset);
  /// A sync failed: no more appends.
  void poison();
  /// flush.messages or flush.ms asks for a sync now, or a segment was rolled
  /// since the last one (Kafka syncs those too, so that recovery stays short).
  bool sync_due(timestamp_ms now) const;
  /// Everything below is durable; opening scans from here after a crash.
  offset_t recovery_point() const noexcept;

  /// State for the offset store. Its producers may be those of an earlier end
  /// when `high_watermark` lies below `end_offset()`: opening reads on from
  /// there, and a cut soon after it need not read all of the log.
  partition_checkpoint checkpoint(offset_t high_watermark) const;

  /// Writes out indexes, syncs all files and closes them. Blocks. Afterwards
  /// only the destructor may be called.
  result<partition_checkpoint> close(offset_t high_watermark);

  /// Whole batches beginning with the one that contains `from`, up to
  /// `bytes_max` but at least one batch, none at or beyond `limit`, all from
  /// one segment. errc::offset_out_of_range outside [start, end].
  result<read_info>
  read(offset_t from, uint32_t bytes_max, offset_t limit, read_mode mode);

  /// A search for records by their time, below `limit` (high watermark). Does
  /// not wait for the disk; what it returns does.
  result<std::unique_ptr<timestamp_search>> search_timestamps(offset_t limit);

  /// KIP-320: the largest known epoch <= `epoch` and its end offset;
  /// epoch -1 and offset -1 when unknown.
  std::pair<leader_epoch_t, offset_t>
  end_offset_of_epoch(leader_epoch_t epoch) const;
  /// Epoch of the leader that wrote, or will write, `offset`; no_leader_epoch
  /// when it is not known.
  leader_epoch_t epoch_of(offset_t offset) const;

  /// First offset that may be read.
  offset_t start_offset() const noexcept;
  /// Where the next record goes.
  offset_t end_offset() const noexcept;
  /// Of all segment files, indexes not counted.
  uint64_t size_bytes() const noexcept;
  /// At least 1: the active one.
  int32_t segment_count() const noexcept;
  /// As it was opened, with the newest configuration.
  const log_options& options() const noexcept;
  /// Producers whose sequences are checked; a copy, perhaps of many.
  std::vector<active_producer> active_producers() const;
  /// Whether the batch is the next one of its producer: neither here already
  /// nor behind a gap. Also true of one that has no producer, or an unknown one.
  bool is_next_of_producer(const batch_header& x) const;
  /// How often reads were served from memory; shared with slices and ranges.
  const std::shared_ptr<page_cache_counters>& counters() const noexcept;
  /// Position and size of the active segment's bytes, base offsets of all
  /// segments: for tests and tools.
  std::vector<offset_t> segment_base_offsets() const;

private:
  struct state;
  explicit log(std::unique_ptr<state> state);
  std::unique_ptr<state> state_;
};

} // namespace troupe::storage

#pragma GCC visibility pop
