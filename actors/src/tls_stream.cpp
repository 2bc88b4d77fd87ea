// SPDX-License-Identifier: Apache-2.0
#include "tls_stream.h"

#include "connection_guard.h"

#include <caf/actor_system.hpp>
#include <caf/io/abstract_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/acceptor_impl.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/doorman_impl.hpp>
#include <caf/io/network/native_socket.hpp>
#include <caf/io/network/stream_impl.hpp>
#include <caf/make_counted.hpp>
#include <caf/openssl/session.hpp>
#include <openssl/err.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <functional>
#include <memory>
#include <utility>

namespace troupe::actors {

namespace {

using caf::io::network::default_multiplexer;
using caf::io::network::native_socket;
using caf::io::network::rw_state;
using caf::openssl::session_ptr;

default_multiplexer& multiplexer(caf::actor_system& system) {
  // CAF's OpenSSL module does not start with any other.
  return static_cast<default_multiplexer&>(system.middleman().backend());
}

session_ptr
make_session(caf::actor_system& system, native_socket socket, bool accepted) {
  ERR_clear_error();
  try {
    return caf::openssl::make_session(system, socket, accepted);
  } catch (const std::exception& x) {
    // It reads the certificate's files for each session.
    spdlog::error("cluster.tls_failed reason=\"{}\"", x.what());
    return nullptr;
  }
}

/// Reads and writes through one session, each time with an empty queue of
/// errors, which OpenSSL demands.
class tls_policy {
public:
  tls_policy(session_ptr session, std::function<void()> on_ready)
      : session_(std::move(session)), on_ready_(std::move(on_ready)) {}

  rw_state
  read_some(size_t& done, native_socket socket, void* into, size_t size) {
    ERR_clear_error();
    auto state = session_->read_some(done, socket, into, size);
    if (ready_ || state == rw_state::failure)
      return state;
    return look_at_handshake(socket) == rw_state::failure ? rw_state::failure
                                                          : state;
  }

  rw_state write_some(size_t& done, native_socket socket, const void* from,
                      size_t size) {
    ERR_clear_error();
    return session_->write_some(done, socket, from, size);
  }

  bool must_read_more(native_socket socket, size_t threshold) {
    return session_->must_read_more(socket, threshold);
  }

private:
  /// To read nothing says `indeterminate` as soon as the handshake is done.
  rw_state look_at_handshake(native_socket socket) {
    size_t nothing = 0;
    ERR_clear_error();
    auto state = session_->read_some(nothing, socket, nullptr, 0);
    ready_ = state == rw_state::indeterminate;
    if (ready_)
      on_ready_();
    return state;
  }

  session_ptr session_;
  std::function<void()> on_ready_;
  bool ready_ = false;
};

/// What is written waits until the handshake is done: before that only the
/// other side's words help, and a socket that could be written to, but is not,
/// wakes the multiplexer again and again. The handshake itself fits into the
/// socket's buffer.
class tls_scribe final : public caf::io::scribe {
public:
  tls_scribe(default_multiplexer& home, native_socket socket,
             session_ptr session)
      : scribe(caf::io::network::conn_hdl_from_socket(socket)),
        stream_(home, socket, std::move(session), [this] { on_ready(); }),
        guard_(home, socket) {}

  connection_guard& guard() noexcept { return guard_; }

  void configure_read(caf::io::receive_policy::config config) override {
    stream_.configure_read(config);
    if (std::exchange(launched_, true))
      return;
    stream_.start(this);
  }

  bool
  consume(caf::execution_unit* host, const void* from, size_t size) override {
    guard_.on_heard();
    return scribe::consume(host, from, size);
  }

  void ack_writes(bool enable) override { stream_.ack_writes(enable); }
  std::vector<char>& wr_buf() override { return stream_.wr_buf(); }
  std::vector<char>& rd_buf() override { return stream_.rd_buf(); }

  void flush() override {
    if (ready_)
      stream_.flush(this);
  }

  void add_to_loop() override { stream_.activate(this); }
  void remove_from_loop() override { guard_.leave_loop(stream_); }

  void graceful_shutdown() override {
    guard_.on_closing();
    stream_.graceful_shutdown();
    detach(&stream_.backend(), false);
  }

  std::string addr() const override {
    auto x = caf::io::network::remote_addr_of_fd(stream_.fd());
    return x ? *x : std::string{};
  }

  uint16_t port() const override {
    auto x = caf::io::network::remote_port_of_fd(stream_.fd());
    return x ? *x : uint16_t{0};
  }

private:
  void on_ready() {
    ready_ = true;
    stream_.flush(this);
  }

  bool launched_ = false;
  /// The handshake is done.
  bool ready_ = false;
  caf::io::network::stream_impl<tls_policy> stream_;
  connection_guard guard_;
};

class tls_doorman final : public caf::io::network::doorman_impl {
public:
  using doorman_impl::doorman_impl;

  bool new_connection() override {
    peer_socket socket(acceptor_.accepted_socket());
    // The broker may have closed it while this event was on its way.
    if (detached())
      return false;
    caf::io::network::nonblocking(socket.get(), true);
    auto accepted = make_session(parent()->system(), socket.get(), true);
    if (accepted == nullptr)
      return false;
    auto& home = acceptor_.backend();
    auto made = caf::make_counted<tls_scribe>(home, socket.release(),
                                              std::move(accepted));
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
make_tls_scribe(caf::actor_system& system, peer_socket socket) {
  auto session = make_session(system, socket.get(), false);
  if (session == nullptr)
    return nullptr;
  return caf::make_counted<tls_scribe>(multiplexer(system), socket.release(),
                                       std::move(session));
}

caf::io::doorman_ptr
make_tls_doorman(caf::actor_system& system, peer_socket listening) {
  return caf::make_counted<tls_doorman>(multiplexer(system),
                                        listening.release());
}

} // namespace troupe::actors
