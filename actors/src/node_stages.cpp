// SPDX-License-Identifier: Apache-2.0
// What a node gives to the stages in front of its partitions, and to views.
#include "node_clock.h"
#include "node_state.h"
#include "producer_actor.h"
#include "stage_desk_actor.h"
#include "view_desk_actor.h"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <utility>

namespace troupe {

namespace {

/// More than a batch may hold, so that there is always room for its records.
constexpr size_t routed_bytes_max = 128 << 20;
/// A producer who waits for its batch should hear of it.
constexpr std::chrono::seconds routed_delivery_timeout{20};

/// On one of the node's lanes, ended with its clients.
template <class Desk, class Home, class F, class Config>
Desk spawn_desk(Home& home, F behavior, Config config) {
  Desk made;
  auto spawn = [&] {
    made = actors::spawn_on(*home.system, home.next_client_lane(), behavior,
                            std::move(config));
    return caf::actor_cast<caf::strong_actor_ptr>(made);
  };
  // While the node stops, better one that takes nothing than none.
  if (!home.clients.add(spawn)) {
    spawn();
    caf::anon_send_exit(made, caf::exit_reason::user_shutdown);
  }
  return made;
}

} // namespace

actors::stage_desk_actor
node::state::open_stages(const cluster::topic_image& topic) {
  actors::stage_desk_config config;
  config.topic = topic.name;
  config.stages = {cluster::make_stage_config(topic.name, topic.configs),
                   topic.configs};
  config.start = [this,
                  name = topic.name](const actors::reconfigure_stages& x) {
    return stages->start(name, x);
  };
  config.open_producer = [this] { return open_stages_producer(); };
  config.routes = routes;
  config.self = options.config.id;
  config.seed = random_seed();
  config.steady_now = steady_clock_of(system_time());
  return spawn_desk<actors::stage_desk_actor>(*this, actors::stage_desk,
                                              std::move(config));
}

actors::view_desk_actor
node::state::open_views(const cluster::topic_image& topic) {
  actors::view_desk_config config;
  config.topic = topic.name;
  config.views = {cluster::make_view_config(topic.name, topic.configs),
                  topic.configs};
  config.start = [this,
                  name = topic.name](const actors::reconfigure_stages& x) {
    return stages->start(name, x);
  };
  config.seed = random_seed();
  config.steady_now = steady_clock_of(system_time());
  return spawn_desk<actors::view_desk_actor>(*this, actors::view_desk,
                                             std::move(config));
}

/// Without numbers, so it asks the controller for nothing: a record that is
/// routed twice is allowed.
actors::producer_actor node::state::open_stages_producer() {
  actors::producer_config config;
  config.options.idempotent = false;
  config.options.batches_in_flight_max = 1;
  config.options.bytes_in_flight_max = routed_bytes_max;
  config.options.delivery_timeout = routed_delivery_timeout;
  config.self = options.config.id;
  config.routes = routes;
  config.through_stages = false;
  config.seed = random_seed();
  config.now = wall_clock_of(time);
  config.steady_now = steady_clock_of(system_time());
  return actors::spawn_on(*system, next_client_lane(), actors::producer,
                          std::move(config));
}

} // namespace troupe
