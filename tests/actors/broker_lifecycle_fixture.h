// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actor_fixture.h"
#include "broker_lifecycle_actor.h"
#include "routing_fixture.h"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace troupe::actors {

/// What a lifecycle asks of a controller.
using lifecycle_controller = caf::typed_actor<
    replies_to<register_node>::with<metadata_decided>,
    replies_to<cluster::node_heartbeat>::with<heartbeat_answered>>;

inline cluster::node_registration this_registration() {
  return {this_node, "host", 9092, "", "peer", 9192, id_of(7)};
}

/// A lifecycle between a controller that says what the test wants and routes
/// that the test publishes; two nodes, unless told otherwise.
struct lifecycle_fixture : actor_fixture {
  std::vector<cluster::node_registration> registrations;
  std::vector<cluster::node_heartbeat> beats;
  problem registration;
  heartbeat_answered beat_answer;
  /// Heartbeats get no answer.
  bool silent = false;
  std::vector<caf::typed_response_promise<heartbeat_answered>> unanswered;
  int64_t now_ms = 0;
  broker_lifecycle_config config;
  broker_lifecycle_actor lifecycle;

  lifecycle_fixture() {
    config.broker.cluster.listen = "127.0.0.1:0";
    config.routes = std::make_shared<published<routing>>(routes_of({}, {}));
    config.now = [this] { return now_ms; };
    config.controller = caf::actor_cast<controller_actor>(
        keep(system().spawn(dummy_controller, this)));
  }
  ~lifecycle_fixture() {
    unanswered.clear();
    config = {};
    lifecycle = nullptr;
    end_actors();
  }

  static lifecycle_controller::behavior_type
  dummy_controller(lifecycle_controller::pointer self,
                   lifecycle_fixture* test) {
    return {
        [=](const register_node& x) {
          test->registrations.push_back(x.node);
          return metadata_decided{{test->registration}, nullptr};
        },
        [=](const cluster::node_heartbeat& x)
            -> caf::result<heartbeat_answered> {
          test->beats.push_back(x);
          if (!test->silent)
            return test->beat_answer;
          test->unanswered.push_back(
              self->make_response_promise<heartbeat_answered>());
          return test->unanswered.back();
        },
    };
  }

  static std::shared_ptr<const routing>
  routes_of(const cluster::metadata_image& newest,
            const cluster::metadata_image& applied) {
    auto routes = std::make_shared<routing>();
    routes->image = std::make_shared<const cluster::metadata_image>(newest);
    routes->applied = std::make_shared<const cluster::metadata_image>(applied);
    return routes;
  }

  std::shared_ptr<std::optional<serving_started>>
  start(std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    lifecycle = keep(system().spawn(broker_lifecycle, config));
    return start_asking<serving_started>(
        lifecycle, start_serving{this_registration(), patience});
  }

  /// Registered, and in service.
  void start_up() {
    beat_answer.fenced = false;
    auto started = start();
    REQUIRE(started->has_value());
    REQUIRE((*started)->why.ok());
  }

  std::shared_ptr<std::optional<leaderships_moved>>
  stop(std::chrono::milliseconds patience = std::chrono::minutes(1)) {
    return start_asking<leaderships_moved>(lifecycle,
                                           move_leaderships{patience});
  }

  void pass_ms(int64_t ms) {
    now_ms += ms;
    pass(std::chrono::milliseconds(ms));
  }

  void pass_interval() { pass_ms(config.broker.cluster.heartbeat_interval_ms); }
};

} // namespace troupe::actors
