// SPDX-License-Identifier: Apache-2.0
#include "broker_lifecycle_actor.h"

#include "error_map.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace troupe::actors {

namespace {

/// Between attempts to register: an election takes some of them.
constexpr std::chrono::milliseconds retry_delay{200};

constexpr std::chrono::seconds register_timeout{20};

/// Sessions that a node which stops waits for a controller to be elected.
constexpr int64_t elections_awaited = 3;

/// A verdict, other than that somebody else has to judge.
bool refused(const problem& x) {
  auto why = std::get_if<cluster::refusal>(&x.code);
  return why != nullptr && *why != cluster::refusal::not_controller;
}

} // namespace

broker_lifecycle_actor::behavior_type broker_lifecycle(
    broker_lifecycle_actor::stateful_pointer<broker_lifecycle_state> self,
    broker_lifecycle_config config) {
  auto& state = self->state;
  state.open(std::move(config));
  return {
      [&state](const start_serving& x) { return state.on_start_serving(x); },
      [&state](const move_leaderships& x) {
        return state.on_move_leaderships(x);
      },
      [&state](const beat_due&) { state.on_beat(); },
  };
}

caf::result<serving_started>
broker_lifecycle_state::on_start_serving(const start_serving& x) {
  started_ = self->make_response_promise<serving_started>();
  start_deadline_ms_ = config_.now() + x.patience.count();
  node_ = x.node;
  phase_ = phase::registering;
  register_now();
  return started_;
}

void broker_lifecycle_state::register_now() {
  in_flight_ = true;
  self->request(config_.controller, register_timeout, register_node{node_})
      .then(
          [this](const metadata_decided& x) { registered(x.results.front()); },
          [this](const caf::error& x) { registered(to_problem(x)); });
}

void broker_lifecycle_state::registered(const problem& why) {
  in_flight_ = false;
  if (why.ok()) {
    phase_ = phase::beating;
    spdlog::info("broker.registered node={} incarnation={}", node_.id,
                 to_string(node_.incarnation));
    return alone() ? answer_start({}) : beat_now();
  }
  // Only a refusal is final: what else there is comes from a quorum that has
  // no leader yet, or of which this node knows too little.
  bool final = refused(why);
  if (final || alone() || config_.now() >= start_deadline_ms_)
    answer_start(why);
  if (!final && !alone())
    arm(retry_delay);
}

void broker_lifecycle_state::beat_now() {
  const auto image = config_.routes->get()->image;
  auto known = image->nodes.find(node_.id);
  cluster::node_heartbeat beat;
  beat.node = node_.id;
  beat.incarnation = node_.incarnation;
  beat.metadata_end_offset = image->end_offset;
  beat.knows_fenced = known != image->nodes.end()
                      && known->second.incarnation == node_.incarnation
                      && known->second.fenced;
  beat.wants_to_stop = stopping_;
  in_flight_ = true;
  self->request(
          config_.controller,
          std::chrono::milliseconds(config_.broker.cluster.session_timeout_ms),
          beat)
      .then([this](const heartbeat_answered& x) { beaten(x); },
            [this](const caf::error& x) {
              beaten({to_problem(x), true, false});
            });
}

void broker_lifecycle_state::beaten(const heartbeat_answered& x) {
  in_flight_ = false;
  bool unknown = refused(x.why);
  if (unknown && !stopping_) {
    // Fenced and forgotten, or the cluster lost what was not committed.
    phase_ = phase::registering;
    return register_now();
  }
  if (x.why.ok() && !x.fenced)
    answer_start({});
  auto now = config_.now();
  // Without a controller nobody can be given anything: so it is when the whole
  // cluster is being stopped.
  bool in_vain = !x.why.ok() && now >= decided_by_ms_;
  if (stopping_
      && ((x.why.ok() && x.may_stop) || unknown || in_vain
          || now >= stop_deadline_ms_))
    return answer_stop();
  arm(std::chrono::milliseconds(config_.broker.cluster.heartbeat_interval_ms));
}

caf::result<leaderships_moved>
broker_lifecycle_state::on_move_leaderships(const move_leaderships& x) {
  if (alone() || phase_ != phase::beating
      || !config_.broker.cluster.controlled_shutdown)
    return leaderships_moved{};
  stopped_ = self->make_response_promise<leaderships_moved>();
  stop_deadline_ms_ = config_.now() + x.patience.count();
  decided_by_ms_ =
      config_.now()
      + elections_awaited * config_.broker.cluster.session_timeout_ms;
  stopping_ = true;
  if (!in_flight_)
    beat_now();
  return stopped_;
}

void broker_lifecycle_state::on_beat() {
  armed_ = false;
  if (in_flight_)
    return;
  if (phase_ == phase::registering)
    register_now();
  else
    beat_now();
}

void broker_lifecycle_state::arm(std::chrono::milliseconds delay) {
  if (std::exchange(armed_, true))
    return;
  self->delayed_send(self, delay, beat_due{});
}

void broker_lifecycle_state::answer_start(problem why) {
  if (std::exchange(start_deadline_ms_, 0) != 0)
    started_.deliver(serving_started{std::move(why)});
}

void broker_lifecycle_state::answer_stop() {
  if (std::exchange(stop_deadline_ms_, 0) != 0)
    stopped_.deliver(leaderships_moved{});
}

} // namespace troupe::actors
