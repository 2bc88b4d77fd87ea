// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/leader_replication.h>
#include <troupe/storage/assert.h>

#include <algorithm>
#include <utility>

namespace troupe::cluster {

namespace {

/// What a refused leader lets pass before it asks again.
constexpr int64_t refused_pause_ms = 1'000;

/// The same when nobody can say what became of a proposal.
constexpr int64_t unknown_pause_ms = 200;

/// A proposal without an answer, or without the image that an answer promised,
/// for so long is made again: a controller that knows less than this leader
/// calls it stale, and nothing newer ever comes.
constexpr int64_t answer_ms_max = 5'000;

bool contains(const std::vector<node_id>& nodes, node_id x) {
  return std::find(nodes.begin(), nodes.end(), x) != nodes.end();
}

} // namespace

leader_replication::leader_replication(node_id self, bool wait_for_sync,
                                       const partition_registration& x,
                                       const leader_log& log, timestamp_ms now)
    : self_(self), wait_for_sync_(wait_for_sync), epoch_(x.leader_epoch),
      epoch_start_(log.end_offset), end_offset_(log.end_offset),
      synced_end_(log.synced_end),
      high_watermark_(std::min(log.high_watermark, log.end_offset)),
      propose_after_ms_(now) {
  ASSERT(epoch_ >= 0);
  ASSERT(log.synced_end >= 0);
  ASSERT(log.synced_end <= log.end_offset);
  ASSERT(high_watermark_ >= 0);
  take_over(x, now);
  advance();
}

void leader_replication::take_over(const partition_registration& x,
                                   timestamp_ms now) {
  partition_epoch_ = x.partition_epoch;
  in_sync_count_ = x.isr.size();
  auto known = std::exchange(followers_, {});
  for (auto id : x.replicas) {
    if (id == self_)
      continue;
    auto old = std::find_if(known.begin(), known.end(),
                            [id](const follower& y) { return y.id == id; });
    auto& to = followers_.emplace_back();
    if (old != known.end())
      to = *old;
    else
      to.caught_up_ms = now;
    to.id = id;
    bool left = to.in_sync && !contains(x.isr, id);
    to.in_sync = contains(x.isr, id);
    to.proposed = false;
    // It may be gone, or come back with less: only a pull brings it back.
    if (left)
      forget_position(to);
  }
  proposal_state_ = proposal_state::none;
}

bool leader_replication::registration_changed(const partition_registration& x,
                                              timestamp_ms now) {
  ASSERT(x.leader_epoch == epoch_);
  if (x.partition_epoch <= partition_epoch_)
    return false;
  take_over(x, now);
  propose_after_ms_ = now;
  return advance();
}

void leader_replication::forget_position(follower& x) {
  x.end_offset = storage::no_offset;
  x.end_at_pull = storage::no_offset;
}

const replica_life* leader_replication::eligible(node_id x) const {
  auto found = std::find_if(lives_->begin(), lives_->end(),
                            [x](const replica_life& y) { return y.node == x; });
  return found == lives_->end() ? nullptr : &*found;
}

void leader_replication::lives_changed(std::vector<replica_life> now_eligible) {
  auto before = std::exchange(lives_, std::move(now_eligible));
  if (!before || *before == *lives_)
    return;
  for (auto& x : followers_) {
    const auto* life = eligible(x.id);
    bool same =
        life != nullptr
        && std::find(before->begin(), before->end(), *life) != before->end();
    if (!same && !x.in_sync)
      forget_position(x);
  }
}

bool leader_replication::appended(offset_t end_offset, timestamp_ms now) {
  ASSERT(end_offset >= end_offset_);
  // Whoever waited at the end had everything until this moment, however long
  // ago its last pull was.
  if (end_offset > end_offset_)
    for (auto& x : followers_)
      if (x.end_offset == end_offset_)
        x.caught_up_ms = std::max(x.caught_up_ms, now);
  end_offset_ = end_offset;
  return advance();
}

bool leader_replication::synced(offset_t end_offset) {
  // Reports of overlapping syncs may arrive in any order, also before the
  // append that they cover.
  synced_end_ = std::max(synced_end_, end_offset);
  return advance();
}

bool leader_replication::is_follower(node_id replica) const noexcept {
  return std::any_of(followers_.begin(), followers_.end(),
                     [=](const follower& x) { return x.id == replica; });
}

bool leader_replication::awaits_pull(node_id replica) const noexcept {
  return std::any_of(
      followers_.begin(), followers_.end(), [=](const follower& x) {
        return x.id == replica && x.end_offset == storage::no_offset;
      });
}

bool leader_replication::follower_pulled(node_id replica, offset_t fetch_offset,
                                         timestamp_ms now) {
  ASSERT(fetch_offset >= 0);
  ASSERT(fetch_offset <= end_offset_);
  auto found = std::find_if(followers_.begin(), followers_.end(),
                            [=](const follower& x) { return x.id == replica; });
  ASSERT(found != followers_.end());
  auto& x = *found;
  // As Kafka counts: a follower that now has all that there was at its last
  // pull was caught up then, however fast the log grows.
  if (fetch_offset == end_offset_)
    x.caught_up_ms = std::max(x.caught_up_ms, now);
  else if (x.end_at_pull != storage::no_offset && fetch_offset >= x.end_at_pull)
    x.caught_up_ms = std::max(x.caught_up_ms, x.pulled_ms);
  x.end_offset = fetch_offset;
  x.end_at_pull = end_offset_;
  x.pulled_ms = now;
  return advance();
}

offset_t leader_replication::own_end() const noexcept {
  return wait_for_sync_ ? std::min(end_offset_, synced_end_) : end_offset_;
}

bool leader_replication::advance() {
  auto target = own_end();
  for (const auto& x : followers_)
    if (x.in_sync || x.proposed)
      target = std::min(target, x.end_offset);
  if (target <= high_watermark_)
    return false;
  high_watermark_ = target;
  return true;
}

bool leader_replication::lags(const follower& x, timestamp_ms now,
                              int64_t lag_max_ms) const {
  return x.end_offset != end_offset_ && now - x.caught_up_ms > lag_max_ms;
}

bool leader_replication::may_join(const follower& x) const {
  if (lives_ && eligible(x.id) == nullptr)
    return false;
  // With less than the epoch's start it might lack records that an earlier
  // leader acknowledged above the high watermark known here (KAFKA-7128).
  return x.end_offset >= high_watermark_ && x.end_offset >= epoch_start_;
}

bool leader_replication::belongs(const follower& x, timestamp_ms now,
                                 int64_t lag_max_ms) const {
  return x.in_sync ? !lags(x, now, lag_max_ms) : may_join(x);
}

std::optional<isr_proposal>
leader_replication::propose(timestamp_ms now, int64_t lag_max_ms) {
  auto wait_is_over = now - asked_ms_ > answer_ms_max;
  switch (proposal_state_) {
  case proposal_state::decided:
  case proposal_state::asked:
    if (!wait_is_over)
      return std::nullopt;
    break;
  case proposal_state::to_repeat:
  case proposal_state::none:
    break;
  }
  if (now < propose_after_ms_)
    return std::nullopt;
  asked_ms_ = now;
  if (proposal_state_ != proposal_state::none) {
    proposal_state_ = proposal_state::asked;
    return proposal_;
  }
  auto changes = [&](const follower& x) {
    return belongs(x, now, lag_max_ms) != x.in_sync;
  };
  if (std::none_of(followers_.begin(), followers_.end(), changes))
    return std::nullopt;
  proposal_ = {epoch_, partition_epoch_, {self_}, {}};
  for (auto& x : followers_) {
    x.proposed = belongs(x, now, lag_max_ms);
    if (x.proposed)
      proposal_.isr.push_back(x.id);
  }
  for (auto member : proposal_.isr) {
    const auto* life = lives_ ? eligible(member) : nullptr;
    proposal_.incarnations.push_back(life ? life->incarnation : uuid{});
  }
  proposal_state_ = proposal_state::asked;
  return proposal_;
}

bool leader_replication::proposal_answered(isr_answer x, timestamp_ms now) {
  if (proposal_state_ != proposal_state::asked)
    return false;
  switch (x) {
  case isr_answer::accepted:
  case isr_answer::stale:
    proposal_state_ = proposal_state::decided;
    return false;
  case isr_answer::unknown:
    proposal_state_ = proposal_state::to_repeat;
    propose_after_ms_ = now + unknown_pause_ms;
    return false;
  case isr_answer::refused:
    break;
  }
  proposal_state_ = proposal_state::none;
  propose_after_ms_ = now + refused_pause_ms;
  for (auto& y : followers_)
    y.proposed = false;
  return advance();
}

} // namespace troupe::cluster
