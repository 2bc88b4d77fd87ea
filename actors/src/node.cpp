// SPDX-License-Identifier: Apache-2.0
#include <troupe/actors/node.h>

#include "node_state.h"
#include "thread_of_the_moment.h"

#include <utility>

namespace troupe {

node::node(std::unique_ptr<state> state) : state_(std::move(state)) {}

node::~node() {
  // Nobody is left to tell; the next start recovers what is missing.
  static_cast<void>(stop());
}

result<std::unique_ptr<node>> node::start(node_options options) {
  if (options.data_directories.empty() != options.temporary)
    return failure(storage::errc::invalid_argument,
                   "a node needs a data directory, or a temporary one");
  auto made = std::make_unique<state>(std::move(options));
  auto started = actors::on_thread_of_the_moment([&] {
    auto done = made->start();
    if (!done)
      static_cast<void>(made->stop(std::chrono::seconds(5)));
    return done;
  });
  if (!started)
    return failure(started.error());
  return std::unique_ptr<node>(new node(std::move(made)));
}

transport::endpoint node::address() const {
  return state_->bound;
}

transport::endpoint node::cluster_address() const {
  return state_->cluster_address;
}

const std::vector<std::string>& node::data_directories() const {
  return state_->options.data_directories;
}

node_statistics node::statistics() const {
  return state_->statistics();
}

result<void, actors::problem>
node::create_topic(cluster::new_topic topic,
                   std::chrono::milliseconds timeout) {
  return actors::on_thread_of_the_moment(
      [&] { return state_->create_topic(std::move(topic), timeout); });
}

result<void> node::stop(std::chrono::milliseconds deadline) {
  return actors::on_thread_of_the_moment(
      [&] { return state_->stop(deadline); });
}

} // namespace troupe
