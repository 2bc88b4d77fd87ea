// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "refused_producers.h"

#include <troupe/actors/messages/partition.h>
#include <troupe/actors/messages/replica.h>
#include <troupe/actors/messages/replication.h>
#include <troupe/cluster/broker_config.h>
#include <troupe/cluster/follower_replication.h>
#include <troupe/cluster/leader_replication.h>
#include <troupe/storage/log.h>
#include <troupe/storage/timestamp_search.h>

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace troupe::actors {

using storage::timestamp_ms;

/// One moment. Records carry the wall clock; who lags is measured with one
/// that never goes back.
struct partition_time {
  timestamp_ms wall_ms = 0;
  int64_t steady_ms = 0;
};

/// What a partition's core is given with its log.
struct partition_core_config {
  cluster::node_id self = cluster::no_node;
  cluster::durability level = cluster::durability::page_cache;
  /// As it was known before the log was opened.
  storage::offset_t high_watermark = 0;
  /// For acks=all.
  int32_t min_insync_replicas = 1;
};

/// What a partition decides, without an actor around it: the log, the high
/// watermark, whether it leads or follows, and whether the disk below is still
/// trusted. Time comes in as an argument. Its functions are in
/// partition_core.cpp (life, appends and reads), partition_core_questions.cpp,
/// partition_core_upkeep.cpp and partition_core_replication.cpp.
class partition_core {
public:
  /// Leads if `x` says that this node does, else follows.
  partition_core(std::unique_ptr<storage::log> log,
                 const partition_core_config& config,
                 const cluster::partition_registration& x,
                 const partition_time& now);

  // -- records ----------------------------------------------------------------

  /// Fills everything but the ticket. Counts as acknowledged once `info`'s
  /// next offset is below `acknowledged_end(acks)`.
  append_finished
  append(const storage::buffer& batch, int16_t acks, const partition_time& now);
  /// The same for one that stages have been at.
  append_finished append_staged(const storage::buffer& batch, int16_t acks,
                                const partition_time& now);
  storage::offset_t acknowledged_end(int16_t acks) const noexcept;
  /// Fewer than min.insync.replicas: acks=all cannot be had.
  bool too_few_in_sync() const noexcept;

  /// `cold`: nothing was read, `records` must be brought into memory first.
  struct read_outcome {
    read_finished answer;
    bool cold = false;
  };
  read_outcome read(storage::offset_t from, uint32_t bytes_max,
                    cluster::leader_epoch_t claimed, read_source source);

  // -- questions --------------------------------------------------------------

  struct find_outcome {
    found_offset answer;
    /// Set: the answer is what this finds, which blocks.
    std::shared_ptr<storage::timestamp_search> search;
  };
  find_outcome find(const find_offset& x);
  /// A search came back. True: the log has moved on below it, search anew.
  bool searched(const found_offset& x);
  found_epoch_end find(const find_epoch_end& x) const;
  partition_description describe() const;
  producers_listed producers() const;

  // -- upkeep -----------------------------------------------------------------

  struct delete_outcome {
    records_deleted answer;
    storage::removed_files removed;
  };
  delete_outcome delete_before(storage::offset_t offset);

  /// Nothing from `needed_from` on goes.
  storage::removed_files apply_retention(timestamp_ms now,
                                         storage::offset_t needed_from);

  /// None when there is nothing worth it.
  std::optional<storage::compaction_plan> plan_compaction(timestamp_ms now);
  /// Errors of the medium take the partition down; a swap that the log refuses
  /// changed nothing.
  result<storage::removed_files>
  swap_segments(const storage::cleaned_segment& cleaned);
  void reconfigure(const storage::log_config& x, int32_t min_insync_replicas);
  /// The disk confirmed everything below `offset`.
  void synced(storage::offset_t offset);

  // -- roles ------------------------------------------------------------------

  /// True when a new reign began: whoever waits for the old one waits in vain.
  /// False when `x` is of the same leader epoch, or older.
  bool become_leader(const cluster::partition_registration& x,
                     const partition_time& now);
  bool become_follower(const cluster::partition_registration& x);
  /// Which replicas may come into sync. Nothing happens to a follower.
  void lives_changed(const std::vector<cluster::replica_life>& eligible);
  /// The leader knows only at its next pull where this replica is.
  bool awaits_pull(cluster::node_id replica) const noexcept;
  bool leads() const noexcept { return leader() != nullptr; }
  cluster::leader_epoch_t epoch() const noexcept;
  /// Closed, failed or not the leader.
  problem why_not_leading() const;

  // -- as a leader ------------------------------------------------------------

  /// A follower pulls: why it is not served, or nothing; its position counts.
  struct pull_admission {
    /// Complete when `admitted` is false.
    pull_outcome outcome;
    bool admitted = false;
  };
  pull_admission admit(const pull_batches& x, const partition_time& now);
  /// Whole batches up to the end of the log, after `admit`.
  struct pull_read {
    records_pulled answer;
    bool cold = false;
  };
  pull_read read(const pull_batches& x);
  /// What a pull is told that nothing will come of any more.
  pull_outcome refusal_of(const pull_batches& x) const;
  bool has_followers() const noexcept;
  /// By the newest registration, with this node.
  const std::vector<cluster::node_id>& in_sync() const noexcept {
    return in_sync_;
  }
  std::optional<cluster::isr_proposal>
  propose(const partition_time& now, int64_t lag_ms_max);
  /// The answer to what `propose` asked; one that comes after a newer
  /// registration says nothing any more.
  void proposal_answered(const cluster::isr_proposal& asked, const problem& why,
                         const partition_time& now);

  // -- as a follower ----------------------------------------------------------

  struct pull_step {
    pull_pace pace = pull_pace::at_once;
    /// The log was cut: its checkpoint must be durable before the next append.
    bool cut = false;
    storage::removed_files removed;
    /// What went wrong, for the log of the node.
    problem why;
  };
  pull_step apply(const batches_pulled& x, timestamp_ms now);
  pull_position position() const;

  // -- state ------------------------------------------------------------------

  /// The disk failed: from now on everything is refused.
  void fail(std::string reason);
  bool failed() const noexcept { return failed_; }
  const std::string& failure_reason() const noexcept { return reason_; }

  bool waits_for_sync() const noexcept {
    return config_.level == cluster::durability::fsync;
  }
  storage::offset_t high_watermark() const noexcept;
  bool closed() const noexcept { return log_ == nullptr; }
  storage::log& log() noexcept { return *log_; }
  const storage::log& log() const noexcept { return *log_; }

  /// Gives the log away; afterwards everything is refused.
  std::unique_ptr<storage::log> release();

private:
  using leader_role = cluster::leader_replication;
  using follower_role = cluster::follower_replication;

  leader_role* leader() noexcept { return std::get_if<leader_role>(&role_); }
  const leader_role* leader() const noexcept {
    return std::get_if<leader_role>(&role_);
  }
  follower_role* follower() noexcept {
    return std::get_if<follower_role>(&role_);
  }
  std::variant<leader_role, follower_role>
  role_for(const cluster::partition_registration& x,
           storage::offset_t high_watermark, const partition_time& now) const;

  /// Closed or failed.
  problem refuse() const;
  /// Or not the leader, or of a wrong epoch.
  problem refuse(cluster::leader_epoch_t claimed, read_source source) const;
  /// Errors of the medium take the partition down; others are the caller's.
  problem note(storage::error x);
  /// Shows readers on other lanes where the partition is.
  void show_offsets();
  /// What readers were given before must not be used any more.
  void begin_reign();
  /// Appends as a leader, unless too few replicas are in sync.
  void write(const storage::buffer& batch, int16_t acks,
             storage::append_origin origin, const partition_time& now,
             append_finished& answer);
  append_finished append(const storage::buffer& batch, int16_t acks,
                         storage::append_origin origin,
                         const partition_time& now);

  pull_outcome answer_to(const pull_batches& x) const;
  problem refuse(const pull_batches& x) const;
  std::optional<diverging_epoch> find_divergence(const pull_batches& x) const;
  void
  append_batches(const batches_pulled& x, timestamp_ms now, pull_step& step);
  void follow_log_start(storage::offset_t leaders, pull_step& step);
  void cut_log(const cluster::follower_step& to, pull_step& step);

  std::unique_ptr<storage::log> log_;
  partition_core_config config_;
  std::variant<leader_role, follower_role> role_;
  std::vector<cluster::node_id> in_sync_;
  refused_producers refused_;
  std::shared_ptr<live_offsets> live_ = std::make_shared<live_offsets>();
  bool failed_ = false;
  std::string reason_;
};

} // namespace troupe::actors
