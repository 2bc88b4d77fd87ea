// SPDX-License-Identifier: Apache-2.0
// Commits: each is one call to the coordinator, put again while it may help.
#include "group_member_actor.h"

#include <algorithm>
#include <utility>

namespace troupe::actors {

namespace {

constexpr size_t commits_max = 1'000;

problem no_member() {
  return storage::error{storage::errc::closed,
                        "the consumer is not a member of its group now"};
}

cluster::group_error first_error(const cluster::commit_answer& x) {
  if (x.error != cluster::group_error::none)
    return x.error;
  auto i = std::ranges::find_if(x.partitions, [](auto error) {
    return error != cluster::group_error::none;
  });
  return i == x.partitions.end() ? cluster::group_error::none : *i;
}

} // namespace

void group_member_state::commit(std::vector<cluster::offset_commit> what,
                                hearer then) {
  if (core_->epoch() == cluster::joining_epoch)
    return then(no_member());
  if (commits_.size() >= commits_max)
    return then(storage::error{storage::errc::busy, "too many commits wait"});
  auto ticket = next_ticket_++;
  auto& x = commits_[ticket];
  x.what = std::move(what);
  x.deadline_ms = config_.steady_now() + group_member_core::call_timeout_ms;
  x.then = std::move(then);
  send(ticket, x);
}

void group_member_state::send(ticket_t ticket, pending_commit& x) {
  cluster::commit_request question;
  question.group_id = config_.options.group->group_id;
  question.member_id = core_->member_id();
  question.generation = core_->epoch();
  question.offsets = x.what;
  x.retry_at_ms.reset();
  self->send(config_.coordinator,
             commit_call{ticket, std::move(question), self});
}

void group_member_state::heard(ticket_t ticket,
                               const cluster::commit_answer& answer) {
  auto i = commits_.find(ticket);
  if (i == commits_.end() || i->second.retry_at_ms)
    return;
  auto& x = i->second;
  auto error = first_error(answer);
  if (may_pass(error)) {
    x.retry_at_ms =
        config_.steady_now() + config_.options.retry_backoff.count();
    return;
  }
  if (error == cluster::group_error::none)
    for (const auto& commit : x.what)
      offsets_.committed(commit.partition, commit.offset);
  auto then = std::move(x.then);
  commits_.erase(i);
  then(problem_of(error));
}

void group_member_state::commit_all(hearer then) {
  auto open = offsets_.to_commit();
  if (open.empty() && core_->epoch() != cluster::joining_epoch)
    return then({});
  commit(std::move(open), std::move(then));
}

caf::result<offsets_committed> group_member_state::on_commit_offsets() {
  auto reply = self->make_response_promise<offsets_committed>();
  on_commit_and_tell(
      {[reply](const offsets_committed& x) mutable { reply.deliver(x); }});
  return reply;
}

void group_member_state::on_commit_and_tell(const commit_and_tell& x) {
  if (finishing_)
    return x.then({no_member()});
  commit_all([then = x.then](const problem& why) { then({why}); });
  arm();
}

void group_member_state::commit_if_due() {
  auto now = config_.steady_now();
  if (!commits_by_itself() || now < next_commit_ms_ || finishing_)
    return;
  next_commit_ms_ = now + config_.options.group->auto_commit_interval.count();
  auto open = offsets_.to_commit();
  if (open.empty() || core_->epoch() == cluster::joining_epoch
      || std::exchange(committing_, true))
    return;
  // What fails is tried again with what comes.
  commit(std::move(open), [this](const problem&) { committing_ = false; });
}

void group_member_state::tick_commits() {
  auto now = config_.steady_now();
  std::vector<hearer> late;
  for (auto i = commits_.begin(); i != commits_.end();) {
    auto& [ticket, x] = *i;
    if (now >= x.deadline_ms) {
      late.push_back(std::move(x.then));
      i = commits_.erase(i);
      continue;
    }
    if (x.retry_at_ms && now >= *x.retry_at_ms)
      send(ticket, x);
    ++i;
  }
  for (const auto& then : late)
    then({errc::timed_out, "the coordinator did not take the commit in time"});
}

void group_member_state::fail_commits(const problem& why) {
  for (const auto& [ticket, x] : std::exchange(commits_, {}))
    x.then(why);
}

} // namespace troupe::actors
