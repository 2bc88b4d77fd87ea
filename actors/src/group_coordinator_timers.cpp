// SPDX-License-Identifier: Apache-2.0
#include "group_coordinator_actor.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

/// Kafka's default of offsets.commit.timeout.ms.
constexpr int64_t append_timeout_ms = 5000;

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
      if (*x->append_deadline_ms <= now.steady_ms)
        append_is_late(*x);
      else
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

void group_coordinator_state::wait_for_append(hosted& x) {
  x.append_deadline_ms = config_.now().steady_ms + append_timeout_ms;
  arm(*x.append_deadline_ms);
}

void group_coordinator_state::append_is_late(hosted& x) {
  // Too few replicas followed in time, but the partition will still say what
  // became of it. Members of all its groups would lose their partitions if they
  // had to wait until it is loaded again.
  spdlog::warn("groups.append_late tp={}", to_string(x.shard.name()));
  x.shard.refuse_waiting(cluster::group_error::coordinator_not_available);
  wait_for_append(x);
  settle(x);
}

void group_coordinator_state::reload_later(hosted& x) {
  x.reload_ms =
      config_.now().steady_ms + x.reload_pause.after_failure(random_());
  arm_reload(*x.reload_ms);
}

void group_coordinator_state::arm_reload(int64_t when_ms) {
  if (reload_armed_ms_ && *reload_armed_ms_ <= when_ms)
    return;
  reload_armed_ms_ = when_ms;
  auto wait = std::max<int64_t>(when_ms - config_.now().steady_ms, 0);
  self->delayed_send(self, std::chrono::milliseconds(wait), reload_due{});
}

void group_coordinator_state::on_reload_due() {
  reload_armed_ms_.reset();
  if (stopped_)
    return;
  auto now = config_.now().steady_ms;
  for (auto& x : partitions_) {
    if (!x->reload_ms)
      continue;
    if (*x->reload_ms > now)
      arm_reload(*x->reload_ms);
    else if (x->held.partition != nullptr)
      start(*x);
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
