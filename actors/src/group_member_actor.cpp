// SPDX-License-Identifier: Apache-2.0
#include "group_member_actor.h"

#include "local_routes.h"
#include "offsets_topic.h"

#include <caf/exit_reason.hpp>
#include <caf/system_messages.hpp>

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace troupe::actors {

namespace {

constexpr std::chrono::seconds topic_timeout{30};
/// Longest that it does not look what has changed around it.
constexpr int64_t nap_ms_max = 1'000;

/// The leader of the partition that keeps the group.
cluster::node_id
coordinator_of(const topic_route& offsets, const std::string& group_id) {
  const auto& partitions = offsets.topic->partitions;
  auto index = partition_of_group(offsets, group_id);
  return index < partitions.size() ? partitions[index].leader
                                   : cluster::no_node;
}

} // namespace

group_member_body_actor::behavior_type
group_member(group_member_pointer self, group_member_config config) {
  auto& state = self->state;
  self->monitor(config.subscriber);
  self->set_down_handler([self](const caf::down_msg&) {
    self->state.end({errc::stopping, "the subscriber has ended"});
    self->quit();
  });
  self->set_exit_handler([self](const caf::exit_msg& x) {
    self->state.end({errc::stopping, "the node is stopping"});
    self->quit(x.reason);
  });
  state.open(std::move(config));
  return {
      [&state](const group_answered& x) { state.on_group_answered(x); },
      [&state](const offsets_fetched& x) { state.on_offsets_fetched(x); },
      [&state](const request_blocks& x) { state.on_request_blocks(x); },
      [&state](const records_processed& x) { state.on_records_processed(x); },
      [&state](const release_partitions& x) { state.on_release_partitions(x); },
      [&state](const commit_offsets&) { return state.on_commit_offsets(); },
      [&state](const leave_group& x) { return state.on_leave_group(x); },
      [&state](const commit_and_tell& x) { state.on_commit_and_tell(x); },
      [&state](const leave_and_tell& x) { state.on_leave_and_tell(x); },
      [&state](const member_time& x) { state.on_member_time(x); },
  };
}

void group_member_state::open(group_member_config config) {
  config_ = std::move(config);
  core_.emplace(*config_.options.group, config_.member_id,
                config_.options.retry_backoff.count());
  auto now = config_.steady_now();
  next_commit_ms_ = now + config_.options.group->auto_commit_interval.count();
  // The first turn, when the actor is launched.
  armed_for_ms_ = now;
  self->send(self, member_time{now});
}

void group_member_state::on_group_answered(const group_answered& x) {
  if (x.ticket == farewell_ticket_ && farewell_ticket_ != 0)
    return done();
  if (const auto* beat =
          std::get_if<cluster::consumer_heartbeat_answer>(&x.answer.what);
      beat != nullptr && x.ticket == heartbeat_ticket_) {
    heartbeat_ticket_ = 0;
    heard(*beat);
  } else if (const auto* commit =
                 std::get_if<cluster::commit_answer>(&x.answer.what)) {
    heard(x.ticket, *commit);
  }
  turn();
}

void group_member_state::on_request_blocks(const request_blocks& x) {
  self->send(config_.consumer, x);
}

void group_member_state::on_records_processed(const records_processed& x) {
  offsets_.processed(x.what, x.end);
}

void group_member_state::on_member_time(const member_time& x) {
  // Another one took its place: each that ran on would leave one more behind.
  if (armed_for_ms_ != x.at_ms)
    return;
  armed_for_ms_.reset();
  turn();
}

bool group_member_state::commits_by_itself() const {
  return config_.options.group->auto_commit_interval.count() > 0;
}

void group_member_state::turn() {
  tick_commits();
  if (finishing_) {
    if (farewell_ticket_ != 0 && config_.steady_now() >= farewell_due_ms_)
      return done();
    return arm();
  }
  auto now = config_.steady_now();
  core_->tick(now);
  if (core_->release_overdue(now))
    commit_revoked();
  if (find_coordinator() && !clearing_)
    beat();
  follow_assignment();
  begin_some();
  commit_if_due();
  arm();
}

bool group_member_state::find_coordinator() {
  if (finishing_)
    return false;
  auto routes = config_.routes->get();
  const auto* offsets = routes->find(offsets_topic);
  has_coordinator_ = false;
  if (offsets == nullptr) {
    make_offsets_topic(*routes);
    return false;
  }
  const auto& group_id = config_.options.group->group_id;
  auto leader = coordinator_of(*offsets, group_id);
  if (leader == cluster::no_node) {
    make_again_at_ms_ =
        config_.steady_now() + config_.options.retry_backoff.count();
    return false;
  }
  if (leader != config_.self) {
    finish({errc::not_leader,
            "node " + std::to_string(leader) + " coordinates the group "
                + group_id
                + ": a consumer inside a process is a member only of groups "
                  "that its own node coordinates"},
           false);
    return false;
  }
  return has_coordinator_ = true;
}

void group_member_state::make_offsets_topic(const routing& routes) {
  if (making_topic_ || config_.steady_now() < make_again_at_ms_)
    return;
  making_topic_ = true;
  create_topics question;
  question.topics.push_back(new_offsets_topic(config_.broker, *routes.image));
  // Whether it was this question or one beside it that made the topic: what
  // counts is what is there then.
  auto asked = [this] {
    making_topic_ = false;
    make_again_at_ms_ =
        config_.steady_now() + config_.options.retry_backoff.count();
    turn();
  };
  self->request(config_.controller, topic_timeout, std::move(question))
      .then([asked](const metadata_decided&) { asked(); },
            [asked](const caf::error&) { asked(); });
}

void group_member_state::beat() {
  auto question = core_->next_heartbeat(config_.steady_now());
  if (!question)
    return;
  heartbeat_ticket_ = next_ticket_++;
  self->send(
      config_.coordinator,
      consumer_heartbeat_call{heartbeat_ticket_, std::move(*question), self});
}

void group_member_state::heard(const cluster::consumer_heartbeat_answer& x) {
  if (finishing_)
    return;
  auto had = core_->owned();
  switch (core_->answered(x, config_.steady_now())) {
  case group_member_core::standing::as_before:
    return check_replicas();
  case group_member_core::standing::lost:
    return lost(had);
  case group_member_core::standing::over:
    return finish(core_->why(), false);
  }
}

void group_member_state::lost(const partition_list& what) {
  fail_commits(storage::error{storage::errc::closed,
                              "the group has given the partitions to others"});
  forget_begins(what);
  offsets_.clear();
  if (what.empty())
    return;
  // Not before the subscriber knows may anything be assigned again.
  clearing_ = true;
  stop_reading(what, [this, what] {
    clearing_ = false;
    self->send(config_.subscriber, partitions_lost{what});
    turn();
  });
}

void group_member_state::check_replicas() {
  auto routes = config_.routes->get();
  for (const auto& x : core_->owned()) {
    auto found = find_local_replica(*routes, config_.self, x);
    if (found || found.error().may_pass)
      continue;
    const auto* code = std::get_if<errc>(&found.error().why.code);
    if (code != nullptr && *code == errc::not_leader)
      return finish(std::move(found.error().why), true);
  }
}

std::optional<int64_t> group_member_state::wake_at_ms() const {
  std::optional<int64_t> first;
  auto consider = [&first](int64_t at) {
    first = first ? std::min(*first, at) : at;
  };
  for (const auto& [ticket, x] : commits_)
    consider(x.retry_at_ms.value_or(x.deadline_ms));
  if (finishing_) {
    if (farewell_ticket_ != 0)
      consider(farewell_due_ms_);
    return first;
  }
  if (has_coordinator_ && !clearing_)
    consider(core_->wake_at_ms());
  else if (!has_coordinator_ && !making_topic_)
    consider(make_again_at_ms_);
  if (fetch_ticket_ != 0)
    consider(fetch_due_ms_);
  else if (!to_begin_.empty())
    consider(begin_at_ms_);
  if (commits_by_itself())
    consider(next_commit_ms_);
  return first;
}

void group_member_state::arm() {
  auto now = config_.steady_now();
  auto at = wake_at_ms();
  if (!at && finishing_)
    return;
  auto when =
      std::clamp(at.value_or(now + nap_ms_max), now + 1, now + nap_ms_max);
  if (armed_for_ms_ && *armed_for_ms_ <= when)
    return;
  armed_for_ms_ = when;
  self->delayed_send(self, std::chrono::milliseconds(when - now),
                     member_time{when});
}

} // namespace troupe::actors
