// SPDX-License-Identifier: Apache-2.0
#include "plain_stream.h"

#include "connection_guard.h"

#include <caf/actor_system.hpp>
#include <caf/io/abstract_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/doorman_impl.hpp>
#include <caf/io/network/scribe_impl.hpp>
#include <caf/make_counted.hpp>

#include <memory>
#include <utility>

namespace troupe::actors {

namespace {

using caf::io::network::default_multiplexer;
using caf::io::network::doorman_impl;
using caf::io::network::scribe_impl;

default_multiplexer& multiplexer(caf::actor_system& system) {
  // The only one that CAF has, but for its own tests.
  return static_cast<default_multiplexer&>(system.middleman().backend());
}

class plain_scribe final : public scribe_impl {
public:
  plain_scribe(default_multiplexer& home, peer_socket socket)
      : scribe_impl(home, socket.get()), guard_(home, socket.get()) {
    socket.release();
  }

  connection_guard& guard() noexcept { return guard_; }

  bool
  consume(caf::execution_unit* host, const void* from, size_t size) override {
    guard_.on_heard();
    return scribe_impl::consume(host, from, size);
  }

  void graceful_shutdown() override {
    guard_.on_closing();
    scribe_impl::graceful_shutdown();
  }

  void remove_from_loop() override { guard_.leave_loop(stream_); }

private:
  connection_guard guard_;
};

class plain_doorman final : public doorman_impl {
public:
  using doorman_impl::doorman_impl;

  bool new_connection() override {
    peer_socket socket(acceptor_.accepted_socket());
    // The broker may have closed it while this event was on its way.
    if (detached())
      return false;
    auto& home = acceptor_.backend();
    auto made = caf::make_counted<plain_scribe>(home, std::move(socket));
    made->guard().on_accepted(silent_);
    auto handle = made->hdl();
    parent()->add_scribe(std::move(made));
    return doorman::new_connection(&home, handle);
  }

private:
  std::shared_ptr<silent_connections> silent_ =
      std::make_shared<silent_connections>();
};

} // namespace

caf::io::scribe_ptr
make_plain_scribe(caf::actor_system& system, peer_socket socket) {
  return caf::make_counted<plain_scribe>(multiplexer(system),
                                         std::move(socket));
}

caf::io::doorman_ptr
make_plain_doorman(caf::actor_system& system, peer_socket listening) {
  return caf::make_counted<plain_doorman>(multiplexer(system),
                                          listening.release());
}

} // namespace troupe::actors
