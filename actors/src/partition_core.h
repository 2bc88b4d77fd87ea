// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/messages/partition.h>
#include <troupe/cluster/broker_config.h>
#include <troupe/cluster/leader_replication.h>
#include <troupe/storage/log.h>
#include <troupe/storage/timestamp_search.h>

#include <memory>
#include <optional>
#include <string>

namespace troupe::actors {

using storage::timestamp_ms;

/// What a partition decides, without an actor around it: the log, the high
/// watermark, and whether the disk below is still trusted. Time comes in as
/// an argument.
class partition_core {
public:
  partition_core(std::unique_ptr<storage::log> log,
                 cluster::leader_epoch_t epoch, cluster::durability level);

  /// Fills everything but the ticket. The batch counts as acknowledged once
  /// `high_watermark()` reaches `info.next_offset`.
  append_finished append(const storage::buffer& batch, timestamp_ms now);

  /// `cold`: nothing was read, `records` must be brought into memory first.
  struct read_outcome {
    read_finished answer;
    bool cold = false;
  };
  read_outcome read(storage::offset_t from, uint32_t bytes_max,
                    cluster::leader_epoch_t claimed);

  struct find_outcome {
    found_offset answer;
    /// Set: the answer is what this finds, which blocks.
    std::shared_ptr<storage::timestamp_search> search;
  };
  find_outcome find(const find_offset& x);
  /// A search came back. True: the log has moved on below it, search anew.
  bool searched(const found_offset& x);
  found_epoch_end find(const find_epoch_end& x) const;

  struct delete_outcome {
    records_deleted answer;
    storage::removed_files removed;
  };
  delete_outcome delete_before(storage::offset_t offset);

  storage::removed_files apply_retention(timestamp_ms now);

  /// None when there is nothing worth it.
  std::optional<storage::compaction_plan> plan_compaction(timestamp_ms now);
  /// Errors of the medium take the partition down; a swap that the log refuses
  /// changed nothing.
  result<storage::removed_files>
  swap_segments(const storage::cleaned_segment& cleaned);
  partition_description describe() const;
  producers_listed producers() const;
  void reconfigure(const storage::log_config& x);
  void become_leader(cluster::leader_epoch_t epoch);

  /// The disk confirmed everything below `offset`.
  void synced(storage::offset_t offset);

  /// The disk failed: from now on everything is refused.
  void fail(std::string reason);
  bool failed() const noexcept { return failed_; }
  const std::string& failure_reason() const noexcept { return reason_; }

  bool waits_for_sync() const noexcept {
    return level_ == cluster::durability::fsync;
  }
  storage::offset_t high_watermark() const noexcept {
    return leader_.high_watermark();
  }
  bool closed() const noexcept { return log_ == nullptr; }
  storage::log& log() noexcept { return *log_; }
  const storage::log& log() const noexcept { return *log_; }

  /// Gives the log away; afterwards everything is refused.
  std::unique_ptr<storage::log> release();

private:
  /// Closed, failed, or a wrong epoch.
  problem refuse(cluster::leader_epoch_t claimed) const;
  /// Errors of the medium take the partition down; others are the caller's.
  problem note(storage::error x);
  /// Shows readers on other lanes where the partition is.
  void show_offsets();
  /// What readers were given before must not be used any more.
  void begin_reign();

  std::unique_ptr<storage::log> log_;
  cluster::leader_replication leader_;
  cluster::durability level_;
  std::shared_ptr<live_offsets> live_ = std::make_shared<live_offsets>();
  bool failed_ = false;
  std::string reason_;
};

} // namespace troupe::actors
