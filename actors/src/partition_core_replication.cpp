// SPDX-License-Identifier: Apache-2.0
#include "partition_core.h"

#include <troupe/storage/assert.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace troupe::actors {

namespace {

cluster::pull_verdict verdict_of(const problem& x) {
  if (x.ok())
    return cluster::pull_verdict::served;
  if (auto* code = std::get_if<storage::errc>(&x.code))
    return *code == storage::errc::offset_out_of_range
               ? cluster::pull_verdict::out_of_range
               : cluster::pull_verdict::unavailable;
  auto* code = std::get_if<errc>(&x.code);
  return code != nullptr && *code == errc::fenced_leader_epoch
             ? cluster::pull_verdict::fenced
             : cluster::pull_verdict::unavailable;
}

cluster::isr_answer answer_of(cluster::refusal x) {
  using cluster::refusal;
  if (x == refusal::stale_partition_epoch || x == refusal::fenced_leader_epoch)
    return cluster::isr_answer::stale;
  return x == refusal::not_controller ? cluster::isr_answer::unknown
                                      : cluster::isr_answer::refused;
}

/// A refusal by the controller is final; without one the proposal may have
/// been accepted all the same.
cluster::isr_answer answer_of(const problem& x) {
  if (x.ok())
    return cluster::isr_answer::accepted;
  if (auto* code = std::get_if<cluster::refusal>(&x.code))
    return answer_of(*code);
  return cluster::isr_answer::unknown;
}

} // namespace

bool partition_core::become_leader(const cluster::partition_registration& x,
                                   const partition_time& now) {
  ASSERT(x.leader == config_.self);
  if (closed() || x.leader_epoch < epoch())
    return false;
  if (leads() && x.leader_epoch == epoch()) {
    leader()->registration_changed(x, now.steady_ms);
    show_offsets();
    return false;
  }
  role_ = role_for(x, high_watermark(), now);
  begin_reign();
  show_offsets();
  return true;
}

bool partition_core::become_follower(const cluster::partition_registration& x) {
  ASSERT(x.leader != config_.self);
  if (closed() || x.leader_epoch < epoch())
    return false;
  if (!leads() && x.leader_epoch == epoch()) {
    follower()->registration_changed(x);
    return false;
  }
  role_ = role_for(x, high_watermark(), {});
  begin_reign();
  show_offsets();
  return true;
}

pull_outcome partition_core::answer_to(const pull_batches& x) const {
  pull_outcome outcome;
  outcome.name = x.name;
  outcome.topic_id = x.topic_id;
  outcome.fetch_offset = x.fetch_offset;
  outcome.leader_epoch = epoch();
  if (closed())
    return outcome;
  outcome.high_watermark = high_watermark();
  outcome.log_start_offset = log_->start_offset();
  return outcome;
}

problem partition_core::refuse(const pull_batches& x) const {
  if (auto why = refuse(); !why.ok())
    return why;
  if (x.topic_id != log_->options().topic_id)
    return {errc::unknown_topic_id, "another incarnation of the topic"};
  // An unnamed epoch passes for clients, not here.
  if (x.leader_epoch < epoch())
    return {errc::fenced_leader_epoch, "the leader epoch is out of date"};
  if (auto why = refuse(x.leader_epoch, read_source::leader); !why.ok())
    return why;
  if (!leader()->is_follower(x.replica))
    return {errc::unknown_leader_epoch,
            "this node knows of no such replica yet"};
  return {};
}

/// Kafka's check on fetch (KIP-595): is the follower's last batch in our log?
std::optional<diverging_epoch>
partition_core::find_divergence(const pull_batches& x) const {
  auto [epoch, end] = log_->end_offset_of_epoch(x.last_epoch);
  auto known = epoch != storage::no_leader_epoch;
  if (known && (epoch < x.last_epoch || end < x.fetch_offset))
    return diverging_epoch{epoch, end};
  // Nothing to compare, but it ends beyond us.
  if (x.fetch_offset > log_->end_offset())
    return diverging_epoch{storage::no_leader_epoch, log_->end_offset()};
  return std::nullopt;
}

partition_core::pull_admission
partition_core::admit(const pull_batches& x, const partition_time& now) {
  pull_admission done{answer_to(x)};
  done.outcome.why = refuse(x);
  if (!done.outcome.why.ok())
    return done;
  done.outcome.diverging = find_divergence(x);
  if (done.outcome.diverging)
    return done;
  if (x.fetch_offset < log_->start_offset()) {
    done.outcome.why =
        storage::error{storage::errc::offset_out_of_range,
                       "the leader's log begins after the follower's end"};
    return done;
  }
  leader()->follower_pulled(x.replica, x.fetch_offset, now.steady_ms);
  show_offsets();
  done.admitted = true;
  return done;
}

partition_core::pull_read partition_core::read(const pull_batches& x) {
  pull_read done{{answer_to(x), {}}};
  auto& outcome = done.answer.outcome;
  outcome.why = refuse(x);
  if (!outcome.why.ok())
    return done;
  auto found = log_->read(x.fetch_offset, x.bytes_max, log_->end_offset(),
                          storage::read_mode::nowait);
  if (!found) {
    outcome.why = note(std::move(found.error()));
    return done;
  }
  done.answer.records = std::move(found->records);
  done.cold = found->cold;
  return done;
}

pull_outcome partition_core::refusal_of(const pull_batches& x) const {
  auto outcome = answer_to(x);
  outcome.why = refuse(x);
  return outcome;
}

bool partition_core::has_followers() const noexcept {
  return leads() && leader()->has_followers();
}

std::optional<cluster::isr_proposal>
partition_core::propose(const partition_time& now, int64_t lag_ms_max) {
  if (closed() || failed_ || !leads())
    return std::nullopt;
  return leader()->propose(now.steady_ms, lag_ms_max);
}

void partition_core::proposal_answered(const cluster::isr_proposal& asked,
                                       const problem& why,
                                       const partition_time& now) {
  // Taken for the answer to the next proposal, a late one would make it wait
  // for an image that is here already.
  if (closed() || !leads() || asked.leader_epoch != epoch()
      || asked.partition_epoch != leader()->partition_epoch())
    return;
  leader()->proposal_answered(answer_of(why), now.steady_ms);
  show_offsets();
}

pull_position partition_core::position() const {
  if (closed())
    return {};
  auto newest = std::numeric_limits<cluster::leader_epoch_t>::max();
  return {epoch(), log_->end_offset(), log_->end_offset_of_epoch(newest).first};
}

partition_core::pull_step
partition_core::apply(const batches_pulled& x, timestamp_ms now) {
  using kind = cluster::follower_step::kind;
  pull_step step;
  step.why = refuse();
  if (!step.why.ok() || follower() == nullptr) {
    step.pace = pull_pace::after_longest_pause;
    return step;
  }
  const auto& said = x.outcome;
  // Late, or of somebody else's pull.
  if (said.fetch_offset != log_->end_offset())
    return step;
  cluster::leader_answer answer{verdict_of(said.why), said.leader_epoch,
                                said.high_watermark, said.log_start_offset,
                                std::nullopt};
  if (said.diverging)
    answer.diverging =
        cluster::epoch_end{said.diverging->epoch, said.diverging->end_offset};
  auto next = follower()->decide(
      answer, {log_->start_offset(), log_->end_offset(),
               [this](cluster::leader_epoch_t wanted) -> cluster::epoch_end {
                 auto [found, end] = log_->end_offset_of_epoch(wanted);
                 return {found, end};
               }});
  switch (next.what) {
  case kind::ignore:
    break;
  case kind::back_off:
    step.pace = pull_pace::after_pause;
    break;
  case kind::await_image:
    step.pace = pull_pace::after_longest_pause;
    break;
  case kind::append:
    append_batches(x, now, step);
    break;
  case kind::truncate:
  case kind::restart:
    cut_log(next, step);
    break;
  }
  return step;
}

void partition_core::append_batches(const batches_pulled& x, timestamp_ms now,
                                    pull_step& step) {
  if (x.batches.size() > 0) {
    auto appended = log_->append_replicated(x.batches, now);
    if (!appended) {
      step.why = note(std::move(appended.error()));
      step.pace = pull_pace::after_pause;
      return;
    }
  }
  follower()->advance(x.outcome.high_watermark, log_->end_offset());
  follow_log_start(x.outcome.log_start_offset, step);
  show_offsets();
}

void partition_core::follow_log_start(storage::offset_t leaders,
                                      pull_step& step) {
  auto to = std::min(leaders, high_watermark());
  if (to <= log_->start_offset())
    return;
  auto removed = log_->delete_records_before(to);
  if (removed)
    step.removed = std::move(*removed);
  else
    step.why = note(std::move(removed.error()));
}

void partition_core::cut_log(const cluster::follower_step& to,
                             pull_step& step) {
  auto restarts = to.what == cluster::follower_step::kind::restart;
  // What was read ahead may not be there any more.
  begin_reign();
  auto done =
      restarts ? log_->restart_at(to.offset) : log_->truncate_to(to.offset);
  if (done) {
    follower()->truncated(log_->end_offset());
    show_offsets();
    step.cut = true;
    return;
  }
  // Nobody knows what the files hold now.
  step.why = note(std::move(done.error()));
  fail(step.why.message);
  step.pace = pull_pace::after_longest_pause;
}

} // namespace troupe::actors
