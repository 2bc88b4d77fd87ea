// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// The end of a leader epoch in somebody's log.
struct epoch_end {
  leader_epoch_t epoch = storage::no_leader_epoch;
  offset_t end_offset = storage::no_offset;

  bool operator==(const epoch_end&) const = default;
};

/// How a leader took a pull.
enum class pull_verdict : uint8_t {
  served,
  /// The offset is not in the leader's log.
  out_of_range,
  /// It has heard of a newer leader epoch than the follower.
  fenced,
  /// It cannot serve now: it does not lead yet, its disk failed, it is gone.
  unavailable,
};

/// What a leader says beside the batches.
struct leader_answer {
  pull_verdict verdict = pull_verdict::served;
  leader_epoch_t leader_epoch = storage::no_leader_epoch;
  offset_t high_watermark = storage::no_offset;
  offset_t log_start_offset = storage::no_offset;
  /// Where the leader's log left the follower's, if it did.
  std::optional<epoch_end> diverging;
};

/// The follower's own log.
struct follower_log {
  offset_t start_offset = 0;
  offset_t end_offset = 0;
  /// The largest epoch in the log that is not above the given one; when all
  /// are above it, the given one, which ends where the log begins.
  std::function<epoch_end(leader_epoch_t)> end_of_epoch;
};

/// What a follower does about an answer.
struct follower_step {
  /// The possible steps.
  enum class kind : uint8_t {
    /// The batches, if any, go to the log.
    append,
    /// The log is cut at `offset`, then asked again.
    truncate,
    /// Nothing of the log is of use: it starts anew at `offset`.
    restart,
    /// Asked again after a pause.
    back_off,
    /// Only a newer image helps.
    await_image,
    /// An answer of another epoch: nothing.
    ignore,
  };
  kind what = kind::ignore;
  offset_t offset = storage::no_offset;

  bool operator==(const follower_step&) const = default;
};

/// What a follower of a partition knows, for one leader epoch: whom it follows
/// and how far the log counts. Decides by Kafka's rules of truncation
/// (KIP-101, KIP-279, KIP-595): epochs are compared, never high watermarks.
class follower_replication {
public:
  /// `high_watermark` as known before; records above `end_offset` are gone.
  follower_replication(const partition_registration& x, offset_t high_watermark,
                       offset_t end_offset);

  /// What to do about an answer; changes nothing here. `log` is asked during
  /// the call only.
  follower_step decide(const leader_answer& x, const follower_log& log) const;

  /// The log now ends at `end_offset`, and the leader's high watermark is that.
  /// True when the one known here moved.
  bool advance(offset_t leader_high_watermark, offset_t end_offset);
  /// The log was cut, or started anew.
  void truncated(offset_t end_offset);
  /// A newer image, in the same leader epoch.
  void registration_changed(const partition_registration& x);

  /// The epoch that is followed.
  leader_epoch_t epoch() const noexcept { return epoch_; }
  /// Of the newest registration that was told.
  int32_t partition_epoch() const noexcept { return partition_epoch_; }
  /// no_node: nobody leads.
  node_id leader() const noexcept { return leader_; }
  /// Never beyond the end of the own log.
  offset_t high_watermark() const noexcept { return high_watermark_; }

private:
  leader_epoch_t epoch_;
  int32_t partition_epoch_;
  node_id leader_;
  offset_t high_watermark_;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
