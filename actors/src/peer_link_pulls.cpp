// SPDX-License-Identifier: Apache-2.0
#include "peer_link_actor.h"

#include <utility>

/// The part of a link that carries batches.
namespace troupe::actors {

namespace {

void count(std::atomic<uint64_t>& counter, uint64_t more) {
  counter.fetch_add(more, std::memory_order_relaxed);
}

/// An answer without records.
pull_outcome refusal_of(const pull_batches& x, problem why) {
  pull_outcome outcome;
  outcome.name = x.name;
  outcome.topic_id = x.topic_id;
  outcome.fetch_offset = x.fetch_offset;
  outcome.why = std::move(why);
  return outcome;
}

} // namespace

void peer_link_state::on_request_batches(request_batches& x) {
  if (phase_ != link_phase::up) {
    self->send(x.client, batches_pulled{refusal_of(x.pull, unreachable()), {}});
    return;
  }
  auto known = sent_.follows(x.pull.name, x.client);
  auto client = x.client;
  auto refused = refusal_of(
      x.pull, storage::error{storage::errc::busy,
                             "more partitions are followed over the link than "
                             "its limit allows"});
  auto order = sent_.begin(std::move(x.pull), client, config_.now());
  if (!order) {
    self->send(client, batches_pulled{std::move(refused), {}});
    return;
  }
  if (!known)
    self->monitor(client);
  self->send(remote_, std::move(*order));
  config_.counters->pulls_under_way.store(sent_.under_way(),
                                          std::memory_order_relaxed);
  grant(sent_.due_credit());
}

void peer_link_state::on_forget_pull(const forget_pull& x) {
  if (auto client = sent_.forget(x.name))
    self->demonitor(client.address());
  if (phase_ == link_phase::up)
    grant(sent_.due_credit());
}

void peer_link_state::on_pull_answered(pull_answered& x) {
  if (!from_peer())
    return;
  liveness_.heard(config_.now());
  count(config_.counters->bytes_received, x.piece.size());
  if (auto done = sent_.take(std::move(x)))
    deliver(std::move(*done));
}

void peer_link_state::on_pull_continued(pull_continued& x) {
  if (!from_peer())
    return;
  liveness_.heard(config_.now());
  count(config_.counters->bytes_received, x.piece.size());
  if (auto done = sent_.take(std::move(x)))
    deliver(std::move(*done));
  grant(sent_.due_credit());
}

void peer_link_state::deliver(pull_delivery x) {
  config_.counters->pulls_under_way.store(sent_.under_way(),
                                          std::memory_order_relaxed);
  self->send(x.client, std::move(x.answer));
}

void peer_link_state::deliver_all(std::vector<pull_delivery> xs) {
  for (auto& x : xs)
    deliver(std::move(x));
}

void peer_link_state::grant(std::optional<uint64_t> bytes) {
  if (bytes && phase_ == link_phase::up)
    self->send(remote_, grant_credit{*bytes});
}

void peer_link_state::on_send_pull(const send_pull& x) {
  auto asker = caf::actor_cast<remote_link_actor>(self->current_sender());
  auto refuse = [&](problem why) {
    self->send(asker, pull_answered{
                          x.number, refusal_of(x.pull, std::move(why)), 0, {}});
  };
  if (asker == nullptr)
    return;
  if (!from_peer()) {
    // It may have been quicker to come up than we were.
    refuse(unreachable());
    return;
  }
  liveness_.heard(config_.now());
  auto source = config_.find_source(x.pull);
  if (source == nullptr)
    refuse({errc::unknown_partition,
            to_string(x.pull.name) + " is not open on its leader"});
  else if (!served_.begin(x))
    refuse(storage::error{storage::errc::busy,
                          "more pulls wait here than the limit allows"});
  else
    self->send(source, pull_records{x.pull, self});
}

void peer_link_state::on_records_pulled(records_pulled& x) {
  if (phase_ != link_phase::up)
    return;
  served_.answer(std::move(x));
  send_answers();
}

void peer_link_state::on_grant_credit(const grant_credit& x) {
  if (!from_peer())
    return;
  liveness_.heard(config_.now());
  served_.grant(x.bytes);
  send_answers();
}

void peer_link_state::send_answers() {
  auto turn_end = config_.now() + config_.settings.answers_turn;
  while (auto piece = served_.next()) {
    std::visit(
        [this](auto& x) {
          count(config_.counters->bytes_sent, x.piece.size());
          self->send(remote_, std::move(x));
        },
        *piece);
    // A disk may take long for each piece: heartbeats that came meanwhile are
    // answered first, or a slow disk would look like a lost node.
    if (config_.now() >= turn_end) {
      self->send(self, link_tick{++series_});
      break;
    }
  }
  if (auto stalled = served_.stalled(); stalled != stalled_) {
    stalled_ = stalled;
    count(config_.counters->credit_stalls, stalled ? 1 : 0);
  }
}

} // namespace troupe::actors
