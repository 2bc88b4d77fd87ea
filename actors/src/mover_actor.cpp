// SPDX-License-Identifier: Apache-2.0
#include "mover_actor.h"

#include <caf/exit_reason.hpp>
#include <caf/system_messages.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

/// The wall clock may jump: it is looked at so often.
constexpr int64_t nap_ms_max = 10'000;
/// Of a batch that is moved, unless segments are smaller.
constexpr size_t batch_bytes_usual = 1 << 20;
/// Consumers are looked at so often while only they can bring it on: first, and
/// then less and less while they do not.
constexpr int64_t look_pause_ms_min = 25;
constexpr int64_t look_pause_ms_max = 250;
constexpr std::chrono::seconds look_timeout{5};

} // namespace

mover_actor::behavior_type mover(mover_pointer self, mover_config config) {
  auto& state = self->state;
  self->set_exit_handler([self](const caf::exit_msg& x) {
    self->state.end();
    self->quit(x.reason);
  });
  state.open(std::move(config));
  return {
      [&state](append_finished& x) {
        state.attempt([&] { state.on_append_finished(x); });
      },
      [&state](read_finished& x) {
        state.attempt([&] { state.on_read_finished(x); });
      },
      [&state](const records_available& x) {
        state.attempt([&] { state.on_records_available(x); });
      },
      [&state](const begin_moving&) { state.on_begin_moving(); },
      [&state](const stop_moving&) { state.on_stop_moving(); },
      [&state](const mover_due& x) {
        state.attempt([&] { state.on_mover_due(x); });
      },
      [&state](const moved_slice_read_in& x) {
        state.attempt([&] { state.on_slice_read_in(x); });
      },
  };
}

void mover_state::open(mover_config config) {
  config_ = std::move(config);
  config_.moving->mover = self->id();
  retry_ = {config_.pause_ms, config_.pause_ms_max};
  random_.seed(static_cast<std::minstd_rand::result_type>(config_.seed));
}

void mover_state::on_begin_moving() {
  rest();
  retry_.succeeded();
  batch_bytes_max_ = batch_bytes_usual;
  start();
}

void mover_state::on_stop_moving() {
  rest();
}

void mover_state::end() {
  rest();
  config_.partition = nullptr;
  config_.consumption = nullptr;
}

void mover_state::leave(log_at_work& x) {
  if (x.watch != 0)
    self->send(x.actor, unwatch_records{self});
  x = {};
}

void mover_state::rest() {
  ++run_;
  ++ticket_;
  step_ = step::resting;
  core_.reset();
  slice_.reset();
  for (auto* x : {&topic_, &inbox_, &acknowledgements_, &dead_letters_})
    leave(*x);
  steps_.clear();
  missing_.clear();
  gathered_.clear();
  dead_.clear();
  armed_for_ms_.reset();
  moving_ = false;
  largest_record_bytes_ = 1;
  look_pause_ms_ = look_pause_ms_min;
  looking_ = false;
  committed_ = storage::no_offset;
}

/// Nothing that happened is trusted: the logs say what did.
void mover_state::again(const problem& why) {
  if (core_ != nullptr)
    spdlog::warn("mover.begins_again tp={} reason=\"{}\"",
                 to_string(config_.name), why.message);
  rest();
  self->delayed_send(self,
                     std::chrono::milliseconds(retry_.after_failure(random_())),
                     mover_due{run_, {}});
}

void mover_state::on_mover_due(const mover_due& x) {
  if (x.run != run_ || x.at != armed_for_ms_)
    return;
  armed_for_ms_.reset();
  if (step_ == step::resting)
    return start();
  if (step_ != step::waiting)
    return;
  if (core_->awaits_consumers())
    look_at_commits();
  turn();
}

void mover_state::on_records_available(const records_available& x) {
  auto told = [&](const log_at_work& y) { return x.ticket == y.watch; };
  if (told(topic_)) {
    topic_.watch = 0;
    return ask(topic_, &mover_state::topic_described);
  }
  for (auto* y : {&inbox_, &acknowledgements_})
    if (told(*y)) {
      y->watch = 0;
      y->at_end = false;
      if (step_ == step::waiting)
        turn();
    }
}

/// What to do next. What consumers say comes first: it may make the rest
/// needless.
void mover_state::turn() {
  if (acknowledgements_.actor != nullptr && !acknowledgements_.at_end)
    return read_acknowledgements();
  auto now = config_.now();
  if (core_->watches() == consumer_news::fetched)
    core_->consumed(config_.moving->fetched_end.load(), now);
  steps_ = core_->decide(now, count_max());
  if (!can_be_done(steps_, core_->read_end(), count_max()))
    return again({errc::internal, "its kind decided what cannot be done"});
  if (!steps_.empty()) {
    look_pause_ms_ = look_pause_ms_min;
    for (const auto& x : steps_)
      missing_.insert(x.offset);
    return gather_on();
  }
  if (core_->wants_more() && !inbox_.at_end)
    return read_inbox();
  wait();
}

void mover_state::wait() {
  step_ = step::waiting;
  if (core_->idle())
    return;
  auto now = config_.now();
  auto at = now + nap_ms_max;
  if (auto due = core_->next_wake())
    at = std::min(at, *due);
  if (core_->awaits_consumers()) {
    at = std::min(at, now + look_pause_ms_);
    look_pause_ms_ = std::min(2 * look_pause_ms_, look_pause_ms_max);
  }
  if (armed_for_ms_ && *armed_for_ms_ <= at)
    return;
  armed_for_ms_ = at;
  self->delayed_send(self,
                     std::chrono::milliseconds(std::max<int64_t>(at - now, 1)),
                     mover_due{run_, at});
}

void mover_state::look_at_commits() {
  if (core_->watches() != consumer_news::committed || looking_
      || config_.consumption == nullptr)
    return;
  looking_ = true;
  self->request(config_.consumption, look_timeout,
                find_commit{config_.name, std::string{core_->watched_group()}})
      .then(
          [this, run = run_](const found_commit& x) {
            if (run == run_)
              attempt([&] { committed(x); });
          },
          [this, run = run_](const caf::error&) {
            // Whoever does not answer is asked again.
            if (run == run_)
              looking_ = false;
          });
}

/// Consumers whose commits nobody here knows are believed to commit what they
/// have fetched: otherwise the topic would end for them.
void mover_state::committed(const found_commit& x) {
  looking_ = false;
  auto offset = x.offset;
  if (!x.complete)
    offset = std::max(offset, config_.moving->fetched_end.load());
  if (offset <= committed_)
    return;
  committed_ = offset;
  look_pause_ms_ = look_pause_ms_min;
  core_->consumed(offset, config_.now());
  if (step_ == step::waiting)
    turn();
}

} // namespace troupe::actors
