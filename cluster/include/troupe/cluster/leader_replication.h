// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>

#include <cstdint>

namespace troupe::cluster {

/// Outcome of comparing a client's leader epoch with ours (KIP-320).
enum class epoch_check : uint8_t { ok, fenced, unknown };

/// What a partition's leader knows about who has which records. With one
/// replica the high watermark follows the leader's own log: its end, or its
/// synced end when acknowledged means synced.
class leader_replication {
public:
  /// `wait_for_sync`: records count once they are synced, which those below
  /// `synced_end` are.
  leader_replication(leader_epoch_t epoch, offset_t end_offset,
                     offset_t synced_end, bool wait_for_sync);

  /// -1 passes always.
  epoch_check check_epoch(leader_epoch_t claimed) const noexcept;

  /// The log grew. True when the high watermark moved.
  bool appended(offset_t end_offset);
  /// Everything below is on the disk. True when the high watermark moved.
  bool synced(offset_t end_offset);
  void change_epoch(leader_epoch_t epoch);

  leader_epoch_t epoch() const noexcept { return epoch_; }
  offset_t high_watermark() const noexcept { return high_watermark_; }

private:
  /// Moves the high watermark up to what the ends allow; never back.
  bool advance();

  leader_epoch_t epoch_;
  offset_t end_offset_;
  offset_t synced_end_;
  offset_t high_watermark_;
  bool wait_for_sync_;
};

} // namespace troupe::cluster
