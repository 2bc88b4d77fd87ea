// SPDX-License-Identifier: Apache-2.0
#include <quorum_state.h>
#include <troupe/cluster/quorum.h>

#include <algorithm>
#include <utility>

namespace troupe::cluster {

quorum::quorum(quorum_config config, quorum_storage& storage, uint64_t seed)
    : state_(std::make_unique<state>(std::move(config), storage, seed)) {}

quorum::~quorum() = default;
quorum::quorum(quorum&&) noexcept = default;
quorum& quorum::operator=(quorum&&) noexcept = default;

void quorum::start(quorum_time now) {
  state_->start(now);
  state_->send_fetch(now);
}

void quorum::receive(node_id from, const quorum_message& x, quorum_time now) {
  if (!state_->alive() || from == state_->config.self)
    return;
  std::visit([&](const auto& y) { state_->on(from, y, now); }, x);
  state_->send_fetch(now);
}

void quorum::tick(quorum_time now) {
  switch (state_->role) {
  case quorum_role::unattached:
  case quorum_role::prospective:
  case quorum_role::follower:
    state_->tick_follower(now);
    state_->tick_election(now);
    break;
  case quorum_role::candidate:
    state_->tick_election(now);
    break;
  case quorum_role::leader:
    state_->tick_leader(now);
    break;
  case quorum_role::failed:
    break;
  }
  state_->send_fetch(now);
}

void quorum::suspect(node_id node, quorum_time now) {
  state_->suspect(node, now);
}

void quorum::set_contacts(std::vector<node_id> contacts, quorum_time now) {
  if (!state_->alive())
    return;
  state_->contacts = std::move(contacts);
  if (!state_->started)
    return;
  if (!state_->in_flight)
    state_->fetch_at_ms = std::min(state_->fetch_at_ms, now.steady_ms);
  state_->send_fetch(now);
}

result<offset_t, quorum_error> quorum::propose(const metadata_delta& delta,
                                               offset_t expected_end_offset,
                                               quorum_time now) {
  return state_->propose(delta, expected_end_offset, now);
}

void quorum::flush(quorum_time now) {
  state_->flush(now);
}

result<offset_t, quorum_error>
quorum::add_voter(const quorum_voter& voter, quorum_time now) {
  return state_->add_voter(voter, now);
}

result<offset_t, quorum_error>
quorum::remove_voter(node_id id, quorum_time now) {
  return state_->remove_voter(id, now);
}

result<void, quorum_error>
quorum::transfer_leadership(node_id successor, quorum_time now) {
  return state_->transfer_leadership(successor, now);
}

void quorum::resign(quorum_time now) {
  if (state_->leads)
    state_->step_down(state_->successors(no_node), now);
}

quorum_role quorum::role() const noexcept {
  return state_->role;
}

bool quorum::ready() const noexcept {
  return state_->ready();
}

node_id quorum::leader() const noexcept {
  return state_->leader;
}

leader_epoch_t quorum::epoch() const noexcept {
  return state_->epoch;
}

bool quorum::is_voter() const {
  return state_->is_voter();
}

offset_t quorum::high_watermark() const noexcept {
  return state_->high_watermark;
}

int64_t quorum::next_deadline_ms() const noexcept {
  return state_->next_deadline_ms();
}

quorum_description quorum::describe(quorum_time now) const {
  return state_->describe(now);
}

const std::optional<storage::error>& quorum::storage_error() const noexcept {
  return state_->storage_error;
}

quorum_effects quorum::take_effects() {
  return std::exchange(state_->effects, {});
}

} // namespace troupe::cluster
