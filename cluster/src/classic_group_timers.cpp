// SPDX-License-Identifier: Apache-2.0
#include <classic_group.h>

#include <algorithm>
#include <iterator>

namespace troupe::cluster {

void classic_group::check_no_later_than(int64_t time_ms) {
  next_check_ms_ = std::min(next_check_ms_, time_ms);
}

void classic_group::arm_session(classic_member& x, group_time now) {
  // The first JoinGroup is waited for longer, whatever comes in between.
  if (x.is_new)
    return;
  x.session_end_ms = now.steady_ms + x.session_timeout_ms;
  // While sessions are prolonged this changes nothing: the next check finds
  // out how long they last. Thousands of heartbeats cost no timer.
  check_no_later_than(x.session_end_ms);
}

void classic_group::expire_pending(group_time now, group_effects& effects) {
  auto count = std::erase_if(
      pending_, [now](const auto& x) { return x.second <= now.steady_ms; });
  if (count > 0)
    maybe_end_join(now, effects);
}

void classic_group::expire_sessions(group_time now, group_effects& effects) {
  bool any = false;
  for (auto x = members_.begin(); x != members_.end();) {
    auto next = std::next(x);
    const auto& member = x->second;
    if (member.session_runs() && member.session_end_ms <= now.steady_ms) {
      erase(x, effects);
      any = true;
    }
    x = next;
  }
  if (any)
    rebalance(now, effects);
}

void classic_group::end_join_wait(group_time now, group_effects& effects) {
  if (!initial_ || !arrived_during_delay_ || initial_remaining_ms_ == 0) {
    end_join(now, effects);
    return;
  }
  // Members keep arriving: better to wait a little than to assign twice.
  arrived_during_delay_ = false;
  auto delay_ms = std::min<int64_t>(config_->initial_rebalance_delay_ms,
                                    initial_remaining_ms_);
  initial_remaining_ms_ -= delay_ms;
  join_end_ms_ = now.steady_ms + delay_ms;
}

void classic_group::expire_syncs(group_time now, group_effects& effects) {
  for (auto x = members_.begin(); x != members_.end();) {
    auto next = std::next(x);
    if (x->second.owes_sync)
      erase(x, effects);
    x = next;
  }
  prepare(now, effects);
}

void classic_group::tick(group_time now, group_effects& effects) {
  if (next_check_ms_ > now.steady_ms)
    return;
  expire_pending(now, effects);
  expire_sessions(now, effects);
  if (join_end_ms_ <= now.steady_ms)
    end_join_wait(now, effects);
  if (sync_end_ms_ <= now.steady_ms)
    expire_syncs(now, effects);
  next_check_ms_ = earliest_ms();
}

int64_t classic_group::earliest_ms() const {
  auto earliest = std::min(join_end_ms_, sync_end_ms_);
  for (const auto& [id, end_ms] : pending_)
    earliest = std::min(earliest, end_ms);
  for (const auto& [id, member] : members_)
    if (member.session_runs())
      earliest = std::min(earliest, member.session_end_ms);
  return earliest;
}

} // namespace troupe::cluster
