// SPDX-License-Identifier: Apache-2.0
#include "peer_link_actor.h"

#include "error_map.h"

#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace troupe::actors {

peer_link_actor::behavior_type
peer_link(peer_link_actor::stateful_pointer<peer_link_state> self,
          peer_link_config config) {
  auto& state = self->state;
  state.open(std::move(config));
  self->set_down_handler(
      [&state](const caf::down_msg& x) { state.on_down(x); });
  return {
      [&state](const peer_ping& x) { return state.on_peer_ping(x); },
      [&state](const send_pull& x) { state.on_send_pull(x); },
      [&state](pull_answered& x) { state.on_pull_answered(x); },
      [&state](pull_continued& x) { state.on_pull_continued(x); },
      [&state](const grant_credit& x) { state.on_grant_credit(x); },
      [&state](request_batches& x) { state.on_request_batches(x); },
      [&state](const forget_pull& x) { state.on_forget_pull(x); },
      [&state](records_pulled& x) { state.on_records_pulled(x); },
      [&state](const accept_peer& x) { state.on_accept_peer(x); },
      [&state](const dial_there& x) { state.on_dial_there(x); },
      [&state](const link_tick& x) { state.on_link_tick(x); },
      [&state](const dial_due&) { state.on_dial_due(); },
  };
}

void peer_link_state::open(peer_link_config x) {
  config_ = std::move(x);
  backoff_ = cluster::dial_backoff(config_.settings.backoff, config_.seed);
  sent_ = pulls_sent(config_.settings.sent);
  served_ = pulls_served(config_.settings.served);
}

peer_link_state::~peer_link_state() {
  for (auto& x : sent_.fail(unreachable()))
    caf::anon_send(x.client, std::move(x.answer));
}

bool peer_link_state::from_peer() const {
  return phase_ == link_phase::up && self->current_sender() == remote_;
}

void peer_link_state::on_dial_there(const dial_there& x) {
  config_.peer = x.address;
  if (phase_ == link_phase::down)
    dial_after(first_to_dial() ? std::chrono::milliseconds(0)
                               : config_.settings.passive_pause);
}

std::chrono::milliseconds
peer_link_state::stretched(std::chrono::milliseconds first) const {
  auto longest = config_.settings.handshake_timeout_max;
  return std::chrono::milliseconds(
      backoff_.stretched_ms(static_cast<uint32_t>(first.count()),
                            static_cast<uint32_t>(longest.count())));
}

void peer_link_state::on_dial_due() {
  dial_is_due_ = false;
  if (phase_ != link_phase::down || config_.peer.port == 0)
    return;
  phase_ = link_phase::dialing;
  dial_peer order{{config_.peer.host, config_.peer.port},
                  config_.settings.dial_timeout,
                  stretched(config_.settings.handshake_timeout)};
  // The dialer keeps two deadlines of its own; a name that is looked up for
  // longer than this is taken for a failure.
  auto limit = 2 * (order.timeout + order.handshake_timeout);
  self->request(config_.spawn_dialer(), limit, std::move(order))
      .then(
          [this](const peer_dialed& x) {
            if (x.why.ok())
              greet(x.gate);
            else
              dial_failed(x.why.message);
          },
          [this](const caf::error& x) { dial_failed(to_problem(x).message); });
}

void peer_link_state::greet(const peer_gate_actor& gate) {
  if (phase_ != link_phase::dialing)
    return;
  phase_ = link_phase::greeting;
  peer_hello hello{config_.self, config_.peer.node, self, config_.handles,
                   config_.settings.sent.credit_bytes};
  self->request(gate, stretched(config_.settings.hello_timeout),
                std::move(hello))
      .then([this](const peer_welcome& x) { on_peer_welcome(x); },
            [this](const caf::error& x) {
              dial_failed("no answer to our hello: " + to_problem(x).message);
            });
}

void peer_link_state::on_peer_welcome(const peer_welcome& x) {
  if (phase_ != link_phase::greeting)
    return;
  auto why = x.refusal;
  if (why.empty()) {
    auto agreed =
        cluster::agree_with_peer(config_.self, x.from, config_.peer.node);
    if (!agreed)
      why = agreed.error().message;
    else if (x.link == nullptr)
      why = to_string(x.from) + " gave no link";
  }
  if (!why.empty()) {
    // Once per reason: the next try is never far.
    if (refusal_ != why)
      spdlog::warn("peer.refused node={} address={}:{} reason=\"{}\"",
                   config_.peer.node, config_.peer.host, config_.peer.port,
                   why);
    refusal_ = why;
    dial_failed(why);
    return;
  }
  come_up(x.from, x.version, x.link, x.handles, x.credit_bytes);
}

void peer_link_state::dial_failed(const std::string& why) {
  if (phase_ != link_phase::dialing && phase_ != link_phase::greeting)
    return;
  phase_ = link_phase::down;
  self->send(config_.owner, peer_refused{config_.peer.node, why});
  dial_later();
}

void peer_link_state::dial_later() {
  std::chrono::milliseconds pause(backoff_.next_ms());
  // Two that dial each other at once may both be cut off by CAF: rarely.
  dial_after(first_to_dial() ? pause : pause + config_.settings.passive_pause);
}

void peer_link_state::dial_after(std::chrono::milliseconds pause) {
  if (config_.peer.port != 0 && !std::exchange(dial_is_due_, true))
    self->delayed_send(self, pause, dial_due{});
}

void peer_link_state::on_accept_peer(const accept_peer& x) {
  if (phase_ == link_phase::up)
    lose("it said hello again");
  come_up(x.hello.from, x.version, x.hello.link, x.hello.handles,
          x.hello.credit_bytes);
}

void peer_link_state::come_up(const cluster::peer_identity& peer,
                              cluster::peer_version_t version,
                              const remote_link_actor& link,
                              const peer_handles& handles,
                              uint64_t credit_bytes) {
  phase_ = link_phase::up;
  remote_ = link;
  self->monitor(remote_);
  backoff_.reset();
  refusal_.clear();
  liveness_ = cluster::peer_liveness(config_.settings.liveness, config_.now());
  served_.open(credit_bytes);
  expire_at_ = config_.now();
  config_.counters->connects.fetch_add(1, std::memory_order_relaxed);
  spdlog::info("peer.up node={} peer=\"{}\" version={}", config_.peer.node,
               to_string(peer), version);
  self->send(config_.owner, peer_up{peer, version, handles});
  self->send(self, link_tick{++series_});
}

void peer_link_state::lose(const std::string& why) {
  if (phase_ != link_phase::up)
    return;
  phase_ = link_phase::down;
  self->demonitor(remote_.address());
  remote_ = nullptr;
  spdlog::warn("peer.lost node={} reason=\"{}\"", config_.peer.node, why);
  self->send(config_.owner, peer_lost{config_.peer.node});
  served_.clear();
  deliver_all(sent_.fail(unreachable()));
  dial_later();
}

problem peer_link_state::unreachable() const {
  return {errc::timed_out,
          "node " + std::to_string(config_.peer.node) + " cannot be reached"};
}

void peer_link_state::on_down(const caf::down_msg& x) {
  if (remote_ != nullptr && x.source == remote_.address())
    lose("its end of the link is gone");
  else
    sent_.forget(x.source);
}

void peer_link_state::on_link_tick(const link_tick& x) {
  if (phase_ != link_phase::up || x.series != series_)
    return;
  auto now = config_.now();
  if (liveness_.lost(now)) {
    lose("nothing heard for "
         + std::to_string(config_.settings.liveness.silence_max.count())
         + " ms");
    return;
  }
  send_heartbeat();
  send_answers();
  grant(sent_.all_credit());
  if (expire_at_ <= now) {
    expire_at_ = now + std::chrono::seconds(1);
    deliver_all(sent_.expire(now));
  }
  self->delayed_send(self, config_.settings.tick_interval, x);
}

caf::result<peer_pong> peer_link_state::on_peer_ping(const peer_ping& x) {
  // The other end must learn that this one gave it up, or it would wait for
  // ever. While we say hello it may know more than we do.
  if (phase_ != link_phase::greeting && !from_peer())
    return caf::make_error(caf::sec::invalid_argument);
  liveness_.heard(config_.now());
  return peer_pong{x.number};
}

void peer_link_state::send_heartbeat() {
  auto number = liveness_.next_heartbeat(config_.now());
  if (!number)
    return;
  self->request(remote_, config_.settings.liveness.silence_max,
                peer_ping{*number})
      .then(
          [this](const peer_pong& x) {
            if (phase_ != link_phase::up)
              return;
            if (auto took = liveness_.answered(x.number, config_.now()))
              config_.counters->round_trip_us.store(
                  static_cast<uint64_t>(took->count()),
                  std::memory_order_relaxed);
          },
          [this, asked = remote_](const caf::error& x) {
            if (x != caf::sec::request_timeout && asked == remote_)
              lose("it gave the link up");
          });
}

} // namespace troupe::actors
