// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/result.h>
#include <troupe/storage/types.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::storage {

/// What a node knows about one partition besides its records.
struct partition_offsets {
  /// Incarnation of the topic these belong to.
  uuid topic_id;
  /// First offset that may be read; DeleteRecords and retention move it.
  offset_t log_start_offset = 0;
  /// Everything before it was synced: recovery starts here.
  offset_t recovery_point = 0;
  /// Last known high watermark.
  offset_t high_watermark = 0;
  /// Everything before it was compacted; 0 when nothing was.
  offset_t first_dirty_offset = 0;

  bool operator==(const partition_offsets&) const = default;
};

/// First offset of a leader's reign.
struct epoch_start {
  leader_epoch_t epoch = no_leader_epoch;
  offset_t start_offset = 0;

  bool operator==(const epoch_start&) const = default;
};

/// Everything there is about one partition: read at open, written at close,
/// at segment roll and at DeleteRecords.
struct partition_checkpoint {
  partition_offsets offsets;
  /// Ascending by epoch and by offset.
  std::vector<epoch_start> epochs;
  /// Encoded `producer_table` and the offset up to which it is true.
  std::vector<std::byte> producers;
  offset_t producers_end = 0;

  bool operator==(const partition_checkpoint&) const = default;
};

enum class durable : uint8_t { no, yes };

/// Where the checkpoints of a node's partitions live. All of it but the log
/// start offset can be rebuilt from the logs, and the log is believed over it.
/// Thread safe. May block: called from detached actors only.
class offset_store {
public:
  virtual ~offset_store() = default;

  /// What was saved last; none when nothing was.
  virtual result<std::optional<partition_checkpoint>>
  load(const topic_partition& tp) = 0;

  /// Replaces the checkpoint in one atomic step; `durable::yes` returns after
  /// it would survive a power cut.
  virtual result<void> save(const topic_partition& tp,
                            const partition_checkpoint& x, durable how)
    = 0;

  /// Forgets the partition; fine when there is nothing of it.
  virtual result<void> erase(const topic_partition& tp) = 0;

  /// Makes everything saved and erased before survive a power cut.
  virtual result<void> sync() = 0;
};

/// Opens (and creates) the node's RocksDB in directory `path`. A damaged
/// database is moved aside to `<path>.damaged` and started anew; `rebuilt`,
/// if given, tells.
result<std::unique_ptr<offset_store>>
open_rocksdb_store(const std::string& path, bool* rebuilt = nullptr);

/// Keeps everything in memory: tests and throw-away nodes.
std::unique_ptr<offset_store> make_memory_offset_store();

} // namespace troupe::storage

#pragma GCC visibility pop
