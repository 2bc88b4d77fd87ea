// SPDX-License-Identifier: Apache-2.0
#include "replica_actor.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {

replica_actor::behavior_type
replica(replica_pointer self, replica_config config) {
  auto& state = self->state;
  state.open(std::move(config));
  return {
      [&state](const follow_leader& x) { state.on_follow_leader(x); },
      [&state](const stop_following&) { state.on_stop_following(); },
      [&state](batches_pulled& x) { state.on_batches_pulled(x); },
      [&state](const pull_applied& x) { state.on_pull_applied(x); },
      [&state](const pull_due& x) { state.on_pull_due(x); },
  };
}

void replica_state::open(replica_config config) {
  config_ = std::move(config);
  retry_ = {config_.pause_ms, config_.pause_ms_max};
  random_.seed(static_cast<std::minstd_rand::result_type>(config_.seed));
}

void replica_state::on_follow_leader(const follow_leader& x) {
  forget_pull_under_way();
  leader_ = x.leader;
  retry_.succeeded();
  if (leader_ != cluster::no_node)
    ask_position();
}

void replica_state::on_stop_following() {
  forget_pull_under_way();
  self->quit();
}

void replica_state::on_batches_pulled(batches_pulled& x) {
  if (config_.pace != nullptr)
    config_.pace->pay(x.batches.size(), config_.steady_now());
  // Late, or of a pull that nobody waits for any more.
  if (!pulling_ || x.outcome.fetch_offset != asked_offset_)
    return;
  pulling_ = false;
  served_ = x.outcome.why.ok();
  ++questions_;
  self->send(config_.partition,
             append_pulled{std::move(x), replica_actor{self}});
}

void replica_state::on_pull_applied(const pull_applied& x) {
  if (--questions_ > 0 || leader_ == cluster::no_node)
    return;
  if (x.pace != pull_pace::at_once)
    return pause(x.pace);
  // Only what was served and taken: a leader that answers a partition which
  // cannot write must not be asked for the same bytes over and over.
  if (served_)
    retry_.succeeded();
  pull(x.next);
}

void replica_state::on_pull_due(const pull_due& x) {
  if (x.number == pauses_ && !pulling_ && questions_ == 0)
    ask_position();
}

void replica_state::ask_position() {
  served_ = false;
  ++questions_;
  self->send(config_.partition, find_pull_position{replica_actor{self}});
}

void replica_state::pull(const pull_position& from) {
  if (config_.pace != nullptr) {
    auto wait = config_.pace->wait_ms(config_.steady_now());
    if (wait > 0)
      return ask_position_in(std::min(wait, config_.pause_ms_max));
  }
  link_ = config_.link_to(leader_);
  if (link_ == nullptr)
    return pause(pull_pace::after_pause);
  pull_batches x;
  x.name = config_.name;
  x.topic_id = config_.topic_id;
  x.replica = config_.self;
  x.leader_epoch = from.leader_epoch;
  x.fetch_offset = asked_offset_ = from.fetch_offset;
  x.last_epoch = from.last_epoch;
  x.bytes_max = config_.pull_bytes_max;
  // Whether its last answer arrived the leader cannot know: it shall tell
  // everything anew before it keeps a pull.
  x.wait_ms_max = served_ ? wait_ms() : 0;
  pulling_ = true;
  self->send(link_, request_batches{std::move(x), replica_actor{self}});
}

uint32_t replica_state::wait_ms() {
  // Pulls that began together must not end together.
  auto half = config_.pull_wait_ms_max / 2;
  return half + static_cast<uint32_t>(random_() % (half + 1));
}

void replica_state::forget_pull_under_way() {
  ++pauses_;
  pulling_ = false;
  if (link_ != nullptr)
    self->send(link_, forget_pull{config_.name});
  link_ = nullptr;
}

void replica_state::pause(pull_pace pace) {
  ask_position_in(pace == pull_pace::after_longest_pause
                      ? config_.pause_ms_max
                      : retry_.after_failure(random_()));
}

void replica_state::ask_position_in(int64_t wait_ms) {
  // What it brought is dealt with, and nobody knows when the next will be.
  forget_pull_under_way();
  self->delayed_send(self, std::chrono::milliseconds(wait_ms),
                     pull_due{pauses_});
}

} // namespace troupe::actors
