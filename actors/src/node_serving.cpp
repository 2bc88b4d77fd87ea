// SPDX-License-Identifier: Apache-2.0
#include "error_map.h"
#include "node_state.h"
#include "spawn.h"

#include <troupe/storage/assert.h>

#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <utility>

namespace troupe {

namespace {

/// A cluster of which most nodes are down cannot let anybody in (Kafka's
/// initial.broker.registration.timeout.ms).
constexpr std::chrono::milliseconds start_patience{60000};
/// Opening the logs may have to scan whole disks.
constexpr std::chrono::minutes start_timeout{60};

transport::limits bounds_of(const node_options& x, size_t lanes) {
  auto bounds = x.bounds;
  const auto& config = x.config;
  bounds.frame_bytes_max = static_cast<size_t>(config.socket_request_max_bytes);
  bounds.connections_max = static_cast<size_t>(config.max_connections);
  bounds.requests_in_flight_max =
      static_cast<size_t>(config.queued_max_requests_per_connection);
  bounds.lane_request_bytes_in_flight_max =
      config.queued_max_request_bytes < 0
          ? std::numeric_limits<size_t>::max()
          : std::max<size_t>(
              static_cast<size_t>(config.queued_max_request_bytes) / lanes, 1);
  bounds.idle_timeout =
      std::chrono::milliseconds(config.connections_max_idle_ms);
  return bounds;
}

} // namespace

result<void> node::state::listen() {
  auto shared = std::make_shared<actors::services>();
  shared->config = options.config;
  shared->controller = controller;
  shared->groups = groups;
  shared->directories = disks;
  shared->routes = routes;
  shared->quorum_leader = quorum_leader;
  shared->authorisation = options.authorisation;
  shared->time = time;
  std::vector<transport::lane*> homes;
  for (auto& x : lanes)
    homes.push_back(x.get());
  auto bound = transport::server::listen(
      options.listen, homes, bounds_of(options, homes.size()),
      actors::make_sessions(*system, unit_pointers(), shared),
      actors::make_read_in(disks));
  if (!bound)
    return failure(bound.error());
  server = std::move(*bound);
  transport = actors::spawn_transport(*system, server);
  auto at = server->local();
  this->bound = at;
  {
    std::lock_guard guard(counting_);
    counters_ = &server->counters();
  }
  return {};
}

result<void> node::state::serve() {
  cluster::node_registration me;
  me.id = identity.node;
  me.host =
      options.advertised.host.empty() ? bound.host : options.advertised.host;
  me.port = options.advertised.port != 0 ? options.advertised.port : bound.port;
  me.rack = options.config.rack;
  if (!alone()) {
    me.cluster_host = cluster_address.host;
    me.cluster_port = cluster_address.port;
    me.incarnation = incarnation;
  }
  result<void> done;
  caf::scoped_actor self{*system};
  self->request(lifecycle, start_timeout,
                actors::start_serving{me, start_patience})
      .receive(
          [&](actors::serving_started& x) {
            if (!x.why.ok())
              done = failure(storage::errc::io,
                             "the node was not let in: " + x.why.message);
          },
          [&](const caf::error& x) {
            done = failure(storage::errc::io, actors::to_problem(x).message);
          });
  // Clients must find a broker in their first answer.
  return done ? server->start_accepting() : done;
}

result<void, actors::problem>
node::state::create_topic(cluster::new_topic topic,
                          std::chrono::milliseconds timeout) {
  auto answer = std::make_shared<std::optional<actors::problem>>();
  caf::actor asker;
  bool answered = calls.call(
      [&] { asker = ask_for_topic(std::move(topic), timeout, answer); },
      [&] { return answer->has_value(); });
  // It waits for the answer only for us.
  if (asker != nullptr)
    caf::anon_send_exit(asker, caf::exit_reason::user_shutdown);
  if (!answered)
    return tl::unexpected<actors::problem>(
        {actors::errc::stopping, "the node is stopping"});
  if (!(*answer)->ok())
    return tl::unexpected<actors::problem>(std::move(**answer));
  return {};
}

caf::actor node::state::ask_for_topic(
    cluster::new_topic topic, std::chrono::milliseconds timeout,
    const std::shared_ptr<std::optional<actors::problem>>& answer) {
  auto ask = [this, timeout, answer, to = controller,
              question = actors::create_topics{{std::move(topic)}, false}](
                 caf::event_based_actor* self) {
    auto tell = [this, answer](actors::problem x) {
      calls.tell([&] { *answer = std::move(x); });
    };
    self->request(to, timeout, question)
        .then(
            [tell](const actors::metadata_decided& x) {
              ASSERT(x.results.size() == 1);
              tell(x.results.front());
            },
            [tell](const caf::error& x) { tell(actors::to_problem(x)); });
  };
  return system->spawn(std::move(ask));
}

actors::lane_unit* node::state::next_client_lane() {
  return units[client_turn_++ % units.size()].get();
}

node_statistics node::state::statistics() {
  std::lock_guard guard(counting_);
  if (counters_ == nullptr)
    return last_;
  node_statistics x;
  x.page_cache_hits = counters_->pages_hit;
  x.page_cache_misses = counters_->pages_missed;
  x.bytes_received = counters_->bytes_received;
  x.bytes_sent = counters_->bytes_sent;
  x.connections_accepted = counters_->connections_accepted;
  x.connections_open = counters_->connections_open;
  return x;
}

void node::state::drop_server() {
  auto last = statistics();
  std::lock_guard guard(counting_);
  last_ = last;
  counters_ = nullptr;
  server.reset();
}

} // namespace troupe
