// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/isr_proposal.h>
#include <troupe/cluster/metadata_image.h>
#include <troupe/cluster/replica_life.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Where a replica's log is when it begins to lead.
struct leader_log {
  offset_t end_offset = 0;
  /// Everything below is on the disk.
  offset_t synced_end = 0;
  /// What it knew as a follower, or before a restart.
  offset_t high_watermark = 0;
};

/// What a partition's leader knows about who has which records, for one leader
/// epoch. The high watermark is the end of what every in-sync replica has; a
/// replica alone is its own ISR. Times are of a clock that never goes back.
///
/// Until the controller's answer is in an image, the ISR may already be the
/// proposed one: the high watermark waits for the members of both, so that
/// whoever may be elected has everything that was acknowledged.
class leader_replication {
public:
  /// `wait_for_sync`: records of the own log count once they are synced.
  leader_replication(node_id self, bool wait_for_sync,
                     const partition_registration& x, const leader_log& log,
                     timestamp_ms now);

  /// The log grew. True when the high watermark moved, here and below.
  bool appended(offset_t end_offset, timestamp_ms now);
  /// Everything below is on the disk.
  bool synced(offset_t end_offset);
  /// A follower has everything below `fetch_offset`, which its leader compared
  /// with its own log.
  bool
  follower_pulled(node_id replica, offset_t fetch_offset, timestamp_ms now);
  /// A newer image has the partition in the same leader epoch.
  bool registration_changed(const partition_registration& x, timestamp_ms now);
  /// Which replicas may come into sync, by the same image or a newer one. Until
  /// it is known the controller alone judges.
  void lives_changed(std::vector<replica_life> eligible);

  /// What the controller has to be asked now: without the followers that lag
  /// behind for `lag_max_ms`, with those that caught up. From here on it is in
  /// flight, until `proposal_answered` or a newer registration.
  std::optional<isr_proposal> propose(timestamp_ms now, int64_t lag_max_ms);
  /// True when the high watermark moved: it does not wait any more for whom a
  /// refused proposal named.
  bool proposal_answered(isr_answer x, timestamp_ms now);

  /// The epoch that is led.
  leader_epoch_t epoch() const noexcept { return epoch_; }
  /// Of the newest registration that was told.
  int32_t partition_epoch() const noexcept { return partition_epoch_; }
  /// Consumers read below it: every replica in sync has that much.
  offset_t high_watermark() const noexcept { return high_watermark_; }
  /// Where the epoch begins. Below it the high watermark may be one that other
  /// leaders were ahead of (KIP-207).
  offset_t epoch_start() const noexcept { return epoch_start_; }
  /// How far the own log counts: what acks=1 waits for.
  offset_t own_end() const noexcept;
  /// Those that the last image had.
  size_t in_sync_count() const noexcept { return in_sync_count_; }
  /// The partition has replicas on other nodes, in sync or not.
  bool has_followers() const noexcept { return !followers_.empty(); }
  /// Of the newest registration that was told.
  bool is_follower(node_id replica) const noexcept;
  /// Nobody knows where it is: its next pull tells.
  bool awaits_pull(node_id replica) const noexcept;

private:
  struct follower {
    node_id id = no_node;
    /// no_offset until its first pull in this epoch.
    offset_t end_offset = storage::no_offset;
    /// When it had everything that there was.
    timestamp_ms caught_up_ms = 0;
    /// Of its last pull: when, and where the log ended then.
    timestamp_ms pulled_ms = 0;
    offset_t end_at_pull = storage::no_offset;
    /// By the last image.
    bool in_sync = false;
    /// By the proposal in flight.
    bool proposed = false;
  };
  /// What its former life, or time in the ISR, told counts no more.
  static void forget_position(follower& x);
  const replica_life* eligible(node_id x) const;
  enum class proposal_state : uint8_t { none, asked, to_repeat, decided };

  void take_over(const partition_registration& x, timestamp_ms now);
  bool lags(const follower& x, timestamp_ms now, int64_t lag_max_ms) const;
  bool may_join(const follower& x) const;
  /// Whether it should be in the ISR.
  bool belongs(const follower& x, timestamp_ms now, int64_t lag_max_ms) const;
  /// Moves the high watermark up to what the ends allow; never back.
  bool advance();

  node_id self_;
  bool wait_for_sync_;
  leader_epoch_t epoch_;
  int32_t partition_epoch_ = -1;
  offset_t epoch_start_;
  offset_t end_offset_;
  offset_t synced_end_;
  offset_t high_watermark_;
  /// Every replica but this one.
  std::vector<follower> followers_;
  size_t in_sync_count_ = 0;
  std::optional<std::vector<replica_life>> lives_;
  isr_proposal proposal_;
  proposal_state proposal_state_ = proposal_state::none;
  timestamp_ms asked_ms_ = 0;
  /// After a refusal, or no answer, nothing is proposed until then.
  timestamp_ms propose_after_ms_ = 0;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
