// SPDX-License-Identifier: Apache-2.0
// The figures of a node, for whoever looks from outside.
#include "node_state.h"
#include "spawn.h"

#include <caf/scoped_actor.hpp>
#include <spdlog/spdlog.h>

#include <chrono>
#include <string>
#include <utility>

namespace troupe {

namespace {

/// Monitors give up after ten seconds; figures that need no actor shall reach
/// them even if the others do not come.
constexpr std::chrono::seconds collect_timeout{5};

constexpr const char* listen_key = "troupe.metrics.listen";

/// On a thread of the exposer, which may wait.
actors::metrics_collected
ask(caf::actor_system& system, const actors::metrics_actor& metrics) {
  actors::metrics_collected collected;
  caf::scoped_actor self{system};
  self->request(metrics, collect_timeout, actors::collect_metrics{})
      .receive([&](actors::metrics_collected& x) { collected = std::move(x); },
               [](const caf::error&) {});
  return collected;
}

} // namespace

result<void> node::state::expose_metrics() {
  auto set = options.config.values.find(listen_key);
  if (set == options.config.values.end() || set->second.empty())
    return {};
  auto at = transport::parse_endpoint(set->second);
  if (!at)
    return failure(at.error());
  actors::metrics_config config;
  config.commits = groups;
  config.membership = membership;
  config.routes = routes;
  metrics = actors::spawn_metrics(*system, std::move(config));
  // It is gone before what it asks: see stop.
  auto made = actors::metrics_exposer::listen(*at, [this] {
    return actors::metrics_exposer::figures{statistics(),
                                            ask(*system, metrics)};
  });
  if (!made)
    return failure(made.error());
  exposer = std::move(*made);
  auto host = at->host.empty() ? "*" : at->host;
  spdlog::info("metrics.listening address={}",
               to_string(transport::endpoint{host, exposer->port()}));
  return {};
}

} // namespace troupe
