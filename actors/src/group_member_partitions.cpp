// SPDX-License-Identifier: Apache-2.0
// Partitions that come and go.
#include "batch_queue.h"
#include "group_member_actor.h"
#include "local_routes.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>
#include <variant>

namespace troupe::actors {

namespace {

/// The consumer itself gives up before.
constexpr std::chrono::seconds begin_timeout{60};
/// The consumer answers at once.
constexpr std::chrono::seconds give_up_timeout{30};

bool is(const problem& x, storage::errc code) noexcept {
  const auto* found = std::get_if<storage::errc>(&x.code);
  return found != nullptr && *found == code;
}

/// Where to begin without a committed offset; none: nowhere.
std::optional<storage::offset_t> begin_of(offset_reset x) noexcept {
  switch (x) {
  case offset_reset::none:
    return std::nullopt;
  case offset_reset::earliest:
    return from_earliest;
  case offset_reset::latest:
    return from_latest;
  }
  return std::nullopt;
}

} // namespace

void group_member_state::follow_assignment() {
  auto routes = config_.routes->get();
  auto name = [&routes](const storage::uuid& id) -> const std::string* {
    const auto* found = routes->find(id);
    return found == nullptr ? nullptr : &found->topic->name;
  };
  while (!finishing_ && !clearing_) {
    auto change = core_->next_change(name, config_.steady_now());
    if (!change)
      return;
    if (!change->revoked.empty())
      return revoke(*change);
    for (const auto& x : change->added) {
      offsets_.begin(x);
      to_begin_.insert(x);
    }
    self->send(config_.subscriber, partitions_assigned{change->added});
    if (has_coordinator_)
      beat();
  }
}

void group_member_state::forget_begins(const partition_list& what) {
  for (const auto& x : what)
    to_begin_.erase(x);
  // Its answer may be older than what others commit before they come back.
  fetch_ticket_ = 0;
}

void group_member_state::stop_reading(const partition_list& what,
                                      std::function<void()> then) {
  // The consumer answers behind the last block that it sent.
  self->request(config_.consumer, give_up_timeout, give_up_partitions{what})
      .then([then](const partitions_given_up&) { then(); },
            [then](const caf::error&) { then(); });
}

void group_member_state::revoke(const group_member_core::change& x) {
  forget_begins(x.revoked);
  stop_reading(x.revoked, [this, round = x.round, what = x.revoked] {
    self->send(config_.subscriber, partitions_revoked{round, what});
  });
}

void group_member_state::on_release_partitions(const release_partitions& x) {
  if (!core_->released(x.round))
    return;
  commit_revoked();
  turn();
}

void group_member_state::commit_revoked() {
  auto what = core_->revoked();
  auto done = [this, what](const problem&) {
    // What could not be committed comes again, to whoever is next.
    for (const auto& x : what)
      if (std::ranges::count(core_->revoked(), x) > 0)
        offsets_.end(x);
    core_->gave_up();
  };
  std::vector<cluster::offset_commit> open;
  if (commits_by_itself())
    open = offsets_.to_commit([&what](const storage::topic_partition& x) {
      return std::ranges::count(what, x) > 0;
    });
  if (open.empty())
    done({});
  else
    commit(std::move(open), done);
}

void group_member_state::begin_later() {
  begin_at_ms_ = config_.steady_now() + config_.options.retry_backoff.count();
}

void group_member_state::begin_some() {
  auto now = config_.steady_now();
  if (fetch_ticket_ != 0 && now >= fetch_due_ms_)
    fetch_ticket_ = 0;
  if (fetch_ticket_ != 0 || to_begin_.empty() || now < begin_at_ms_
      || !has_coordinator_ || finishing_)
    return;
  offsets_query query;
  query.group_id = config_.options.group->group_id;
  asked_for_ = to_begin_;
  query.partitions.emplace(to_begin_.begin(), to_begin_.end());
  query.member_id = core_->member_id();
  query.member_epoch = core_->epoch();
  fetch_ticket_ = next_ticket_++;
  fetch_due_ms_ = now + group_member_core::call_timeout_ms;
  self->send(config_.coordinator,
             fetch_offsets{fetch_ticket_, {std::move(query)}, self});
}

void group_member_state::on_offsets_fetched(const offsets_fetched& x) {
  if (x.ticket != fetch_ticket_ || finishing_ || x.groups.empty())
    return;
  fetch_ticket_ = 0;
  const auto& found = x.groups.front();
  // If it is not a member any more a heartbeat will tell.
  begin_later();
  if (found.error != cluster::group_error::none)
    return turn();
  std::map<storage::topic_partition, storage::offset_t> committed;
  for (const auto& commit : found.commits)
    committed.emplace(commit.partition, commit.offset);
  auto reset = begin_of(config_.options.reset);
  // Others may have been added, or some taken away, since the question.
  for (const auto& what : std::exchange(asked_for_, {})) {
    if (to_begin_.erase(what) == 0)
      continue;
    auto known = committed.find(what);
    if (known != committed.end())
      begin(what, known->second);
    else if (reset)
      begin(what, *reset);
    else
      give_up_begin(what, storage::error{storage::errc::offset_out_of_range,
                                         "the group has committed nothing of "
                                             + to_string(what)});
  }
  turn();
}

void group_member_state::begin(const storage::topic_partition& what,
                               storage::offset_t from) {
  self->request(config_.consumer, begin_timeout, subscribe{what, from})
      .then([this, what,
             from](const subscribed& answer) { begun(what, from, answer); },
            [this, what](const caf::error&) {
              if (core_->owns(what))
                to_begin_.insert(what);
            });
}

void group_member_state::begun(const storage::topic_partition& what,
                               storage::offset_t from,
                               const subscribed& answer) {
  if (answer.why.ok() || finishing_ || !core_->owns(what)
      || std::ranges::count(core_->revoked(), what) > 0)
    return;
  auto reset = begin_of(config_.options.reset);
  if (from >= 0 && reset && is(answer.why, storage::errc::offset_out_of_range))
    return begin(what, *reset);
  // Busy: the consumer has all the partitions that it may have.
  if (!may_pass(answer.why) || is(answer.why, storage::errc::busy))
    return give_up_begin(what, answer.why);
  // Its log may be opened soon; a replica that is elsewhere is found out with
  // the next heartbeat.
  to_begin_.insert(what);
  begin_later();
  turn();
}

void group_member_state::give_up_begin(const storage::topic_partition& what,
                                       problem why) {
  self->send(config_.subscriber,
             subscription_ended{what, std::move(why), storage::no_offset});
}

} // namespace troupe::actors
