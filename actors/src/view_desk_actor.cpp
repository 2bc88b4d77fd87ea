// SPDX-License-Identifier: Apache-2.0
#include "view_desk_actor.h"

#include "error_map.h"

#include <caf/error.hpp>
#include <caf/sec.hpp>
#include <caf/system_messages.hpp>

#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

/// Whatever the reason: consumers try again, and no client takes it for an end.
slice_viewed refused(std::string text) {
  slice_viewed x;
  x.why = storage::error{storage::errc::busy, std::move(text)};
  return x;
}

/// The records as they are.
slice_viewed unseen(const view_slice& x) {
  slice_viewed all;
  all.seen_bytes = x.records.size;
  return all;
}

} // namespace

view_desk_actor::behavior_type
view_desk(view_desk_pointer self, view_desk_config config) {
  auto& state = self->state;
  state.open(std::move(config));
  self->set_exit_handler([self](const caf::exit_msg& x) {
    self->state.end();
    self->quit(x.reason);
  });
  return {
      [&state](view_slice& x) { return state.on_view_slice(x); },
      [&state](reconfigure_stages& x) { state.on_reconfigure_stages(x); },
      [&state](const stage_pause_over&) { state.on_stage_pause_over(); },
  };
}

void view_desk_state::open(view_desk_config config) {
  steady_now_ = std::move(config.steady_now);
  views_.open("views", std::move(config.topic), std::move(config.views),
              std::move(config.start), config.seed);
}

caf::result<slice_viewed> view_desk_state::on_view_slice(view_slice& x) {
  if (waiting_.size() >= views_.config().queue_max)
    return refused("troupe.views.queue.max fetches wait already");
  auto answer = self->make_response_promise<slice_viewed>();
  auto patience = std::chrono::milliseconds(view_patience).count();
  waiting_.push_back({std::move(x), answer, steady_now_() + patience});
  proceed();
  return answer;
}

void view_desk_state::on_reconfigure_stages(reconfigure_stages& x) {
  views_.reconfigure(std::move(x));
  proceed();
}

void view_desk_state::on_stage_pause_over() {
  views_.pause_over();
  proceed();
}

void view_desk_state::end() {
  slice_viewed stopping;
  stopping.why = {errc::stopping, "the node is stopping"};
  if (in_work_)
    in_work_->answer.deliver(stopping);
  in_work_.reset();
  for (auto& x : std::exchange(waiting_, {}))
    x.answer.deliver(stopping);
  views_.drop();
}

void view_desk_state::proceed() {
  if (!in_work_)
    views_.renew();
  while (!in_work_ && !waiting_.empty()) {
    auto turn = views_.turn();
    bool late = waiting_.front().until_ms <= steady_now_();
    if (turn.what == stage_turn::action::wait && !late)
      return;
    in_work_ = std::move(waiting_.front());
    waiting_.pop_front();
    if (late) {
      finish(refused("the topic's views had no time for it"));
      continue;
    }
    switch (turn.what) {
    case stage_turn::action::ask:
      ask();
      break;
    case stage_turn::action::pass:
      finish(unseen(in_work_->what));
      break;
    case stage_turn::action::wait:
      break;
    case stage_turn::action::refuse:
      finish(refused(turn.why.message));
      break;
    }
  }
}

void view_desk_state::ask() {
  const auto& worker = views_.worker();
  if (worker == nullptr)
    return give_up(
        stage_failure::crashed,
        {errc::internal, "no thread could be begun for the topic's views"});
  std::chrono::milliseconds timeout{views_.config().timeout_ms};
  self->request(worker, timeout, in_work_->what)
      .then(
          [this](slice_viewed& x) {
            on_slice_viewed(x);
            proceed();
          },
          [this](const caf::error& x) {
            on_no_answer(x);
            proceed();
          });
}

void view_desk_state::on_slice_viewed(slice_viewed& x) {
  switch (x.health) {
  case stage_health::well:
    views_.worked();
    return finish(std::move(x));
  case stage_health::failed:
    return give_up(stage_failure::crashed, x.why);
  case stage_health::unmade:
    return give_up(stage_failure::unmade, x.why);
  }
}

void view_desk_state::on_no_answer(const caf::error& x) {
  if (x == caf::sec::request_timeout)
    return give_up(
        stage_failure::hung,
        {errc::timed_out,
         "the topic's views did not return within troupe.views.timeout.ms"});
  give_up(stage_failure::crashed, to_problem(x));
}

void view_desk_state::give_up(stage_failure how, const problem& why) {
  std::chrono::milliseconds pause{views_.give_up(how, why)};
  self->delayed_send(self, pause, stage_pause_over{});
  if (views_.config().on_failure == cluster::stage_policy::open)
    finish(unseen(in_work_->what));
  else
    finish(refused(why.message));
}

void view_desk_state::finish(slice_viewed x) {
  in_work_->answer.deliver(std::move(x));
  in_work_.reset();
}

} // namespace troupe::actors
