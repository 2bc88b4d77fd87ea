// SPDX-License-Identifier: Apache-2.0
// How a member goes: no more blocks, what was processed is committed, the
// coordinator hears of it, then those who wait.
#include "group_member_actor.h"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <utility>

namespace troupe::actors {

namespace {

/// A coordinator that does not answer finds out by itself.
constexpr int64_t farewell_timeout_ms = 5'000;

} // namespace

caf::result<group_left>
group_member_state::on_leave_group(const leave_group& x) {
  auto reply = self->make_response_promise<group_left>();
  leavers_.emplace_back(
      [reply](const group_left& y) mutable { reply.deliver(y); });
  finish(x.why, true);
  return reply;
}

void group_member_state::on_leave_and_tell(const leave_and_tell& x) {
  leavers_.push_back(x.then);
  finish({}, true);
}

void group_member_state::finish(problem why, bool orderly) {
  if (std::exchange(finishing_, true))
    return;
  finish_why_ = std::move(why);
  stop_reading(core_->owned(), [this, orderly] { give_back(orderly); });
}

void group_member_state::give_back(bool orderly) {
  if (orderly && commits_by_itself())
    commit_all([this](const problem&) { say_farewell(); });
  else
    say_farewell();
  arm();
}

void group_member_state::say_farewell() {
  fail_commits(
      storage::error{storage::errc::closed, "the consumer has left its group"});
  auto question = core_->farewell();
  if (!question)
    return done();
  farewell_ticket_ = next_ticket_++;
  farewell_due_ms_ = config_.steady_now() + farewell_timeout_ms;
  self->send(
      config_.coordinator,
      consumer_heartbeat_call{farewell_ticket_, std::move(*question), self});
}

void group_member_state::done() {
  farewell_ticket_ = 0;
  group_left left{finish_why_};
  if (!left.why.ok())
    self->send(config_.subscriber, left);
  for (const auto& tell : std::exchange(leavers_, {}))
    tell(left);
  self->send_exit(config_.consumer, caf::exit_reason::user_shutdown);
  self->quit();
}

void group_member_state::end(const problem& why) {
  std::vector<cluster::offset_commit> open;
  if (!finishing_ && commits_by_itself()
      && core_->epoch() != cluster::joining_epoch)
    open = offsets_.to_commit();
  if (!open.empty()) {
    pending_commit last;
    last.what = std::move(open);
    send(next_ticket_++, last);
  }
  if (auto question = core_->farewell())
    self->send(
        config_.coordinator,
        consumer_heartbeat_call{next_ticket_++, std::move(*question), self});
  fail_commits(why);
  self->send(config_.subscriber, group_left{why});
  for (const auto& tell : std::exchange(leavers_, {}))
    tell({why});
  self->send_exit(config_.consumer, caf::exit_reason::user_shutdown);
  // Its owner may keep this actor longer than the node, and a thread of its
  // own ends with the last handle of its actor.
  config_.coordinator = nullptr;
}

} // namespace troupe::actors
