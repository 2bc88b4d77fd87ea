// SPDX-License-Identifier: Apache-2.0
#include "quorum_actor.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

namespace troupe::actors {

namespace {

/// Between two looks for nodes that could vote.
constexpr int64_t voters_interval_ms = 500;

} // namespace

void quorum_state::settle() {
  auto effects = core_->take_effects();
  for (const auto& x : effects.messages)
    send(x);
  if (effects.truncated_to)
    fail_from(*effects.truncated_to,
              cluster::decision{cluster::refusal::not_controller,
                                "another leader decided otherwise"});
  if (effects.log_replaced)
    fail_from(0, {errc::timed_out, "what became of it is not known"});
  // The followers write while this node does, and so do proposals that are in
  // the mailbox already.
  if (effects.flush_wanted && !std::exchange(flush_due_, true))
    self->send(self, flush_quorum{});
  answer_committed();
  report_storage();
  tell_controller();
  consider_voters();
  arm();
}

void quorum_state::send(const cluster::quorum_effects::outgoing& x) {
  // A letter to nobody is a lost one.
  if (auto there = config_.quorum_of(x.to))
    self->send(there, quorum_letter{config_.quorum.self, x.message});
}

void quorum_state::answer_committed() {
  auto mark = core_->high_watermark();
  while (!proposals_.empty() && proposals_.front().end_offset <= mark) {
    proposals_.front().answer.deliver(records_committed{{}, log_->image()});
    proposals_.pop_front();
  }
}

void quorum_state::fail_from(storage::offset_t offset, const problem& why) {
  while (!proposals_.empty() && proposals_.back().end_offset > offset) {
    proposals_.back().answer.deliver(records_committed{why, nullptr});
    proposals_.pop_back();
  }
}

void quorum_state::report_storage() {
  const auto& snapshot_error = log_->snapshot_error();
  if (snapshot_error && !snapshot_failure_told_)
    spdlog::warn("quorum.snapshot_failed reason=\"{}\"",
                 to_string(*snapshot_error));
  snapshot_failure_told_ = snapshot_error.has_value();
  const auto& error = core_->storage_error();
  if (!error)
    return;
  // Others may agree on it, but nobody here would learn of it.
  fail_from(0, {errc::timed_out, "what became of it is not known"});
  if (!std::exchange(failure_told_, true))
    spdlog::error("quorum.stopped reason=\"{}\"", to_string(*error));
}

void quorum_state::tell_controller() {
  if (controller_ == nullptr)
    return;
  quorum_changed now{core_->leader(), core_->epoch(), core_->ready(), nullptr};
  if (knows_what_it_knew())
    now.image = log_->image();
  if (now.image != nullptr && now.image != told_image_) {
    told_image_ = now.image;
    self->send(controller_, image_committed{now.image});
  }
  if (now.leader == told_.leader && now.epoch == told_.epoch
      && now.self_leads == told_.self_leads)
    return;
  spdlog::info("quorum.leader node={} epoch={} self={}", now.leader, now.epoch,
               now.self_leads);
  told_ = now;
  self->send(controller_, now);
}

/// After a start the log knows only of its snapshot that it is agreed on. An
/// image of that age would make the node forget what it has.
bool quorum_state::knows_what_it_knew() {
  if (known_end_ > 0
      && log_->image()->end_offset >= std::min(known_end_, log_->end_offset()))
    known_end_ = 0;
  return known_end_ == 0;
}

void quorum_state::consider_voters() {
  auto now = config_.now();
  if (!core_->ready() || now.steady_ms < voters_due_ms_)
    return;
  voters_due_ms_ = now.steady_ms + voters_interval_ms;
  const auto image = log_->image();
  auto voters = log_->voters();
  auto address_of = [&image](cluster::node_id id) {
    auto node = image->nodes.find(id);
    return node == image->nodes.end() || node->second.cluster_port == 0
               ? std::optional<cluster::quorum_voter>{}
               : cluster::quorum_voter{id, node->second.cluster_host,
                                       node->second.cluster_port};
  };
  for (const auto& voter : voters)
    if (auto known = address_of(voter.id); known && *known != voter) {
      static_cast<void>(core_->add_voter(*known, now));
      return settle();
    }
  if (voters.size() >= static_cast<size_t>(config_.voters_max))
    return;
  for (const auto& replica : core_->describe(now).replicas) {
    auto node = image->nodes.find(replica.id);
    if (replica.voter || node == image->nodes.end() || node->second.leaving
        || node->second.fenced)
      continue;
    auto known = address_of(replica.id);
    if (known && core_->add_voter(*known, now)) {
      spdlog::info("quorum.voter_added node={}", replica.id);
      return settle();
    }
  }
}

/// A quorum of one has no deadlines, and is never woken up.
void quorum_state::arm() {
  auto deadline = core_->next_deadline_ms();
  if (deadline == std::numeric_limits<int64_t>::max()
      || (armed_ms_ && *armed_ms_ <= deadline))
    return;
  armed_ms_ = deadline;
  auto delay = std::max<int64_t>(0, deadline - config_.now().steady_ms);
  self->delayed_send(self, std::chrono::milliseconds(delay),
                     quorum_tick{++armed_number_});
}

} // namespace troupe::actors
