// SPDX-License-Identifier: Apache-2.0
#include <troupe/actors/node.h>

#include "node_state.h"

#include <utility>

namespace troupe {

node::node(std::unique_ptr<state> state) : state_(std::move(state)) {}

node::~node() {
  // Nobody is left to tell; the next start recovers what is missing.
  static_cast<void>(stop());
}

result<std::unique_ptr<node>> node::start(node_options options) {
  if (options.data_directories.empty())
    return failure(storage::errc::invalid_argument,
                   "a node needs a data directory");
  auto made = std::make_unique<state>(std::move(options));
  if (auto started = made->start(); !started) {
    static_cast<void>(made->stop(std::chrono::seconds(5)));
    return failure(started.error());
  }
  return std::unique_ptr<node>(new node(std::move(made)));
}

transport::endpoint node::address() const {
  return state_->server->local();
}

node_statistics node::statistics() const {
  const auto& counters = state_->server->counters();
  node_statistics x;
  x.page_cache_hits = counters.pages_hit;
  x.page_cache_misses = counters.pages_missed;
  x.bytes_received = counters.bytes_received;
  x.bytes_sent = counters.bytes_sent;
  x.connections_accepted = counters.connections_accepted;
  x.connections_open = counters.connections_open;
  return x;
}

result<void> node::stop(std::chrono::milliseconds deadline) {
  return state_->stop(deadline);
}

} // namespace troupe
