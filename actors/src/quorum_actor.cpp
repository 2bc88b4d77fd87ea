// SPDX-License-Identifier: Apache-2.0
#include "quorum_actor.h"

#include "outdated_proposal.h"

#include <spdlog/spdlog.h>

#include <cstddef>
#include <string>
#include <utility>

namespace troupe::actors {

namespace {

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
    return outdated_proposal();
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
  known_end_ = log_->end_offset();
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
  armed_ms_.reset();
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

} // namespace troupe::actors
