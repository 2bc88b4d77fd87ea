// SPDX-License-Identifier: Apache-2.0
#include "group_coordinator_actor.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

/// How long committed offsets may be missing from the view; a restart reads
/// them from the log again.
constexpr std::chrono::seconds view_update_interval{1};

} // namespace

void group_coordinator_state::arm(int64_t deadline_ms) {
  if (armed_ms_ && *armed_ms_ <= deadline_ms)
    return;
  armed_ms_ = deadline_ms;
  auto wait = std::max<int64_t>(deadline_ms - config_.now().steady_ms, 0);
  self->delayed_send(self, std::chrono::milliseconds(wait),
                     group_deadline_due{});
}

void group_coordinator_state::on_group_deadline_due() {
  armed_ms_.reset();
  auto now = config_.now();
  for (auto& x : partitions_) {
    if (x->append_deadline_ms) {
      // Too few replicas followed in time. The records may still be committed
      // later, so the groups are loaded again once that is decided.
      if (*x->append_deadline_ms <= now.steady_ms) {
        fail(*x, "the replicas did not take an append in time");
        continue;
      }
      arm(*x->append_deadline_ms);
    }
    if (x->shard.state() != group_shard::phase::serving)
      continue;
    auto deadline = x->shard.groups().next_deadline_ms();
    if (!deadline)
      continue;
    if (*deadline <= now.steady_ms)
      x->shard.take(x->shard.groups().tick(now));
    settle(*x);
  }
}

void group_coordinator_state::arm_view_update() {
  if (std::exchange(view_update_armed_, true))
    return;
  self->delayed_send(self, view_update_interval, view_update_due{});
}

void group_coordinator_state::on_view_update_due() {
  view_update_armed_ = false;
  for (auto& x : partitions_) {
    if (x->shard.state() == group_shard::phase::closed
        || !x->shard.offsets().behind())
      continue;
    if (auto done = x->shard.offsets().update(); !done)
      fail(*x, done.error().message);
  }
}

} // namespace troupe::actors
