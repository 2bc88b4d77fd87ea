// SPDX-License-Identifier: Apache-2.0
#include "acceptor.h"

#include <cerrno>
#include <chrono>
#include <utility>

#include <sys/socket.h>

namespace troupe::transport {

namespace {

/// Accepted per turn before the connections of the lane run.
constexpr int accepts_per_turn = 64;

/// Long enough that descriptors may come free, short for a waiting client.
constexpr std::chrono::milliseconds out_of_resources_pause{100};

bool out_of_resources(int reason) {
  return reason == EMFILE || reason == ENFILE || reason == ENOBUFS
         || reason == ENOMEM;
}

} // namespace

acceptor::acceptor(lane& home, socket_handler on_socket)
    : home_(home), on_socket_(std::move(on_socket)) {}

result<void> acceptor::start(descriptor listening) {
  boost::system::error_code error;
  socket_.emplace(context_of(home_));
  socket_->assign(listening.get(), error);
  if (error)
    return failure(
        storage::from_errno(error.value(), "watching a listening socket"));
  listening.release();
  pause_.emplace(context_of(home_));
  boost::asio::post(context_of(home_),
                    [self = shared_from_this()] { self->wait(); });
  return {};
}

void acceptor::close() {
  socket_.reset();
  pause_.reset();
}

void acceptor::wait() {
  if (!socket_)
    return;
  socket_->async_wait(
      lane_descriptor::wait_read,
      [self = shared_from_this()](const boost::system::error_code& error) {
        if (!error)
          self->accept_turn();
      });
}

void acceptor::accept_turn() {
  for (int i = 0; socket_ && i < accepts_per_turn; ++i) {
    descriptor peer(::accept4(socket_->native_handle(), nullptr, nullptr,
                              SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (peer) {
      on_socket_(std::move(peer));
    } else if (out_of_resources(errno)) {
      back_off();
      return;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    }
    // Anything else concerns one connection that broke before we took it.
  }
  wait();
}

void acceptor::back_off() {
  pause_->expires_after(out_of_resources_pause);
  pause_->async_wait(
      [self = shared_from_this()](const boost::system::error_code& error) {
        if (!error)
          self->wait();
      });
}

} // namespace troupe::transport
