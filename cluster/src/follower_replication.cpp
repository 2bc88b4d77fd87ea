// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/follower_replication.h>
#include <troupe/storage/assert.h>

#include <algorithm>

namespace troupe::cluster {

namespace {

using step = follower_step::kind;

/// Where to cut: not above the leader's end of the epoch, not above our own.
/// When the two histories differ in more epochs the next pull finds out.
follower_step
cut(const epoch_end& theirs, offset_t leader_start, const follower_log& log) {
  auto to = std::min(theirs.end_offset, log.end_offset);
  auto ours = log.end_of_epoch(theirs.epoch);
  if (ours.end_offset != storage::no_offset)
    to = std::min(to, ours.end_offset);
  if (to < 0)
    return {step::back_off};
  if (to < log.start_offset)
    return {step::restart, std::max(to, leader_start)};
  // Without progress there would be no end to it.
  if (to == log.end_offset)
    return {step::back_off};
  return {step::truncate, to};
}

} // namespace

follower_replication::follower_replication(const partition_registration& x,
                                           offset_t high_watermark,
                                           offset_t end_offset)
    : epoch_(x.leader_epoch), partition_epoch_(x.partition_epoch),
      leader_(x.leader), high_watermark_(std::min(high_watermark, end_offset)) {
  ASSERT(high_watermark_ >= 0);
}

follower_step follower_replication::decide(const leader_answer& x,
                                           const follower_log& log) const {
  switch (x.verdict) {
  case pull_verdict::fenced:
    // Of a pull from before the last change when the epochs are the same now.
    return {x.leader_epoch > epoch_ ? step::await_image : step::ignore};
  case pull_verdict::unavailable:
    return {step::back_off};
  case pull_verdict::served:
  case pull_verdict::out_of_range:
    break;
  }
  if (x.leader_epoch != epoch_)
    return {step::ignore};
  if (x.diverging)
    return cut(*x.diverging, x.log_start_offset, log);
  if (x.verdict == pull_verdict::served)
    return {step::append};
  // What the log ends with has left the leader's log: a replica that is new,
  // or was away for longer than the topic's retention.
  if (x.log_start_offset > log.end_offset)
    return {step::restart, x.log_start_offset};
  return {step::back_off};
}

bool follower_replication::advance(offset_t leader_high_watermark,
                                   offset_t end_offset) {
  auto target = std::min(leader_high_watermark, end_offset);
  if (target <= high_watermark_)
    return false;
  high_watermark_ = target;
  return true;
}

void follower_replication::truncated(offset_t end_offset) {
  high_watermark_ = std::min(high_watermark_, end_offset);
}

void follower_replication::registration_changed(
    const partition_registration& x) {
  ASSERT(x.leader_epoch == epoch_);
  partition_epoch_ = std::max(partition_epoch_, x.partition_epoch);
}

} // namespace troupe::cluster
