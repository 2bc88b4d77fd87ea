// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/leader_replication.h>
#include <troupe/storage/assert.h>

#include <algorithm>

namespace troupe::cluster {

leader_replication::leader_replication(leader_epoch_t epoch,
                                       offset_t end_offset, offset_t synced_end,
                                       bool wait_for_sync)
    : epoch_(epoch), end_offset_(end_offset), synced_end_(synced_end),
      high_watermark_(wait_for_sync ? synced_end : end_offset),
      wait_for_sync_(wait_for_sync) {
  ASSERT(epoch >= 0);
  ASSERT(synced_end >= 0);
  ASSERT(synced_end <= end_offset);
}

epoch_check
leader_replication::check_epoch(leader_epoch_t claimed) const noexcept {
  if (claimed == storage::no_leader_epoch || claimed == epoch_)
    return epoch_check::ok;
  return claimed < epoch_ ? epoch_check::fenced : epoch_check::unknown;
}

bool leader_replication::appended(offset_t end_offset) {
  ASSERT(end_offset >= end_offset_);
  end_offset_ = end_offset;
  return advance();
}

bool leader_replication::synced(offset_t end_offset) {
  // Reports of overlapping syncs may arrive in any order, also before the
  // append that they cover.
  synced_end_ = std::max(synced_end_, end_offset);
  return advance();
}

void leader_replication::change_epoch(leader_epoch_t epoch) {
  ASSERT(epoch >= epoch_);
  epoch_ = epoch;
}

bool leader_replication::advance() {
  auto target =
      wait_for_sync_ ? std::min(end_offset_, synced_end_) : end_offset_;
  if (target <= high_watermark_)
    return false;
  high_watermark_ = target;
  return true;
}

} // namespace troupe::cluster
