// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "published.h"
#include "routing.h"

#include <troupe/actors/inspect_controller.h>
#include <troupe/actors/interfaces.h>
#include <troupe/cluster/broker_config.h>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace troupe::actors {

struct broker_lifecycle_config {
  cluster::broker_config broker;
  controller_actor controller;
  /// Tells how far this node serves the metadata.
  std::shared_ptr<published<routing>> routes;
  /// Of the steady clock, in milliseconds.
  std::function<int64_t()> now;
};

/// Registers the node, keeps its session with the controller, and lets its
/// leaderships go before it stops.
///
///   start_serving ─► registering ─► fenced ─► active ─► stopping ─► (ends)
///                         ▲  the controller forgot us  │
///                         └─────────────────────────────┘
///
/// A node that is alone has nobody who could miss it: it is registered, and
/// that is all.
struct broker_lifecycle_state {
  static inline const char* name = "broker_lifecycle";

  explicit broker_lifecycle_state(broker_lifecycle_actor::pointer self)
    : self(self) {}

  void open(broker_lifecycle_config x) { config_ = std::move(x); }

  caf::result<serving_started> on_start_serving(const start_serving& x);
  caf::result<leaderships_moved>
  on_move_leaderships(const move_leaderships& x);
  void on_beat();

  broker_lifecycle_actor::pointer self;

private:
  enum class phase : uint8_t { idle, registering, beating };

  bool alone() const { return config_.broker.cluster.listen.empty(); }
  void register_now();
  void registered(const problem& why);
  void beat_now();
  void beaten(const heartbeat_answered& x);
  /// The node is up, or it is known why not.
  void answer_start(problem why);
  void answer_stop();
  void arm(std::chrono::milliseconds delay);

  broker_lifecycle_config config_;
  cluster::node_registration node_;
  phase phase_ = phase::idle;
  bool in_flight_ = false;
  bool armed_ = false;
  caf::typed_response_promise<serving_started> started_;
  int64_t start_deadline_ms_ = 0;
  caf::typed_response_promise<leaderships_moved> stopped_;
  bool stopping_ = false;
  int64_t stop_deadline_ms_ = 0;
  int64_t decided_by_ms_ = 0;
};

broker_lifecycle_actor::behavior_type
broker_lifecycle(
    broker_lifecycle_actor::stateful_pointer<broker_lifecycle_state> self,
    broker_lifecycle_config config);

} // namespace troupe::actors
