// SPDX-License-Identifier: Apache-2.0
#include "quorum_actor.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace troupe::actors {

namespace {

/// Between two looks for nodes that could vote.
constexpr int64_t voters_interval_ms = 500;

/// Proposals that wait for agreement; more are refused.
constexpr size_t proposals_max = 1000;

problem to_problem(cluster::quorum_error x) {
  using cluster::quorum_error;
  switch (x) {
  case quorum_error::not_leader:
  case quorum_error::not_ready:
  case quorum_error::handing_over:
    return cluster::decision{cluster::refusal::not_controller,
                             "this node does not lead the quorum"};
  case quorum_error::log_moved_on:
    return cluster::decision{cluster::refusal::not_controller,
                             "the metadata changed meanwhile"};
  case quorum_error::invalid_delta:
    return cluster::decision{cluster::refusal::invalid_request,
                             "the change contradicts the metadata"};
  case quorum_error::voters_changing:
  case quorum_error::lagging:
    return storage::error{storage::errc::busy, "the voters are being changed"};
  case quorum_error::not_a_voter:
  case quorum_error::already_a_voter:
  case quorum_error::last_voter:
    return cluster::decision{cluster::refusal::invalid_request,
                             std::string{to_string(x)}};
  case quorum_error::storage_unavailable:
    return storage::error{storage::errc::busy,
                          "the metadata log cannot be written now"};
  case quorum_error::storage_failed:
    return storage::error{storage::errc::io, "the metadata log has failed"};
  }
  return {errc::internal, "an error of the quorum without a case"};
}

} // namespace

quorum_actor::behavior_type
quorum(quorum_actor::stateful_pointer<quorum_state> self,
       quorum_actor_config config) {
  auto& state = self->state;
  state.open(std::move(config));
  // Links tell of more than matters here.
  self->set_default_handler(caf::drop);
  return {
      // From other nodes.
      [&state](const quorum_letter& x) { state.on_quorum_letter(x); },
      // From this node.
      [&state](const start_quorum& x) { state.on_start_quorum(x); },
      [&state](const propose_records& x) {
        return state.on_propose_records(x);
      },
      [&state](const remove_voter& x) { return state.on_remove_voter(x); },
      [&state](const describe_quorum&) { return state.on_describe_quorum(); },
      [&state](const resign_leadership&) {
        return state.on_resign_leadership();
      },
      [&state](const peer_lost& x) { state.on_peer_lost(x); },
      [&state](const flush_quorum&) { state.on_flush_quorum(); },
      [&state](const quorum_tick& x) { state.on_quorum_tick(x); },
  };
}

void quorum_state::open(quorum_actor_config x) {
  config_ = std::move(x);
  log_ = std::move(*config_.log);
  core_.emplace(config_.quorum, *log_, config_.seed);
}

quorum_state::~quorum_state() {
  if (log_ == nullptr)
    return;
  if (auto closed = log_->close(); !closed)
    spdlog::error("quorum.close_failed reason=\"{}\"",
                  to_string(closed.error()));
}

void quorum_state::on_start_quorum(const start_quorum& x) {
  controller_ = x.controller;
  auto now = config_.now();
  core_->start(now);
  if (!config_.contacts.empty())
    core_->set_contacts(config_.contacts, now);
  settle();
}

void quorum_state::on_quorum_letter(const quorum_letter& x) {
  // Before the start there is nobody to answer.
  if (controller_ == nullptr)
    return;
  core_->receive(x.from, x.message, config_.now());
  settle();
}

void quorum_state::on_peer_lost(const peer_lost& x) {
  if (controller_ == nullptr)
    return;
  core_->suspect(x.node, config_.now());
  settle();
}

void quorum_state::on_flush_quorum() {
  flush_due_ = false;
  core_->flush(config_.now());
  settle();
}

void quorum_state::on_quorum_tick(const quorum_tick& x) {
  if (x.number != armed_number_)
    return;
  armed_ms_ = 0;
  core_->tick(config_.now());
  settle();
}

caf::result<records_committed>
quorum_state::on_propose_records(const propose_records& x) {
  if (proposals_.size() >= proposals_max)
    return records_committed{
        storage::error{storage::errc::busy, "too many proposals wait"},
        nullptr};
  auto proposed =
      core_->propose(x.records, x.expected_end_offset, config_.now());
  if (!proposed) {
    settle();
    return records_committed{to_problem(proposed.error()), nullptr};
  }
  auto answer = self->make_response_promise<records_committed>();
  proposals_.push_back({*proposed, answer});
  settle();
  return answer;
}

caf::result<voter_removed>
quorum_state::on_remove_voter(const remove_voter& x) {
  auto removed = core_->remove_voter(x.node, config_.now());
  settle();
  if (removed)
    return voter_removed{};
  // What is wanted, not what was done.
  if (removed.error() == cluster::quorum_error::not_a_voter)
    return voter_removed{};
  return voter_removed{to_problem(removed.error())};
}

cluster::quorum_description quorum_state::on_describe_quorum() {
  return core_->describe(config_.now());
}

leadership_resigned quorum_state::on_resign_leadership() {
  core_->resign(config_.now());
  settle();
  return {};
}

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
  quorum_changed now{core_->leader(), core_->epoch(), core_->ready(),
                     log_->image()};
  if (now.image != told_image_) {
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
      || (armed_ms_ != 0 && armed_ms_ <= deadline))
    return;
  armed_ms_ = deadline;
  auto delay = std::max<int64_t>(0, deadline - config_.now().steady_ms);
  self->delayed_send(self, std::chrono::milliseconds(delay),
                     quorum_tick{++armed_number_});
}

} // namespace troupe::actors
