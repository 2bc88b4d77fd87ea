// SPDX-License-Identifier: Apache-2.0
#include "connection.h"

#include "socket_address.h"

#include <array>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace troupe::transport {

namespace {

/// How much of what a peer sent in vain is thrown away at a close.
constexpr size_t discard_bytes_max = 1u << 20;

void enable(int socket, int level, int option) {
  int on = 1;
  // Fails on sockets that are not TCP, which need neither.
  static_cast<void>(setsockopt(socket, level, option, &on, sizeof on));
}

} // namespace

std::shared_ptr<socket_connection>
socket_connection::make(std::shared_ptr<lane_connections> home,
                        descriptor socket) {
  auto& loop = home->loop();
  std::shared_ptr<socket_connection> x(
      new socket_connection(std::move(home), socket.get()));
  boost::system::error_code error;
  x->socket_.emplace(loop);
  x->socket_->assign(socket.get(), error);
  if (error)
    return nullptr;
  socket.release();
  return x;
}

socket_connection::socket_connection(std::shared_ptr<lane_connections> home,
                                     int socket)
    : home_(std::move(home)), peer_(to_string(peer_endpoint(socket))),
      local_(to_string(local_endpoint(socket))),
      reader_(bounds().frame_bytes_max, home_->pool()),
      sender_(home_->context().read_in ? cold_reads::begin_read_in(
                  [this](storage::file_slice slice) {
                    begin_read_in(std::move(slice));
                  })
                                       : nullptr),
      active_tick_(home_->tick()) {
  enable(socket, IPPROTO_TCP, TCP_NODELAY);
  enable(socket, SOL_SOCKET, SO_KEEPALIVE);
}

void socket_connection::open() {
  sink_ = home_->context().accept(home_->index(), shared_from_this());
  if (!sink_)
    finish("refused");
  else
    wait_readable();
}

void socket_connection::abort(const std::string& why) {
  finish(why);
}

void socket_connection::sweep() {
  uint64_t now = home_->tick();
  auto timeout = std::to_string(bounds().idle_timeout.count()) + " ms";
  if (now - active_tick_ > lane_connections::idle_ticks)
    finish("idle for " + timeout);
  else if (partial_tick_ && now - *partial_tick_ > lane_connections::idle_ticks)
    finish("a frame took longer than " + timeout);
}

void socket_connection::reply(request_slot slot, chunks answer) {
  if (ended() || closing_)
    return;
  replies_.answer(slot, std::move(answer));
  // The turn that called the sink writes when all its frames are delivered.
  if (in_read_turn_)
    return;
  release_replies();
  // With more answers under way a posted turn sends several at once.
  if (replies_.requests_in_flight() > 0)
    schedule_write();
  else
    write_turn();
}

void socket_connection::close(const std::string& why) {
  if (ended() || closing_)
    return;
  release_replies();
  replies_.clear();
  frame_let_in_bytes_ = 0;
  settle();
  closing_ = why;
  schedule_write();
}

void socket_connection::wait_writable() {
  waiting_writable_ = true;
  socket_->async_wait(
      lane_descriptor::wait_write,
      [self = shared_from_this()](const boost::system::error_code& error) {
        self->waiting_writable_ = false;
        if (error && !self->ended())
          self->finish("waiting to send: " + error.message());
        self->write_turn();
      });
}

void socket_connection::schedule_write() {
  if (write_scheduled_ || waiting_writable_)
    return;
  write_scheduled_ = true;
  boost::asio::post(home_->loop(), [self = shared_from_this()] {
    self->write_scheduled_ = false;
    self->write_turn();
  });
}

void socket_connection::write_turn() {
  if (ended())
    return;
  release_replies();
  if (waiting_writable_ || write_scheduled_ || sender_.waiting_for_disk())
    return;
  auto sent =
      sender_.send(socket_->native_handle(), bounds().send_bytes_per_turn);
  count_sent(sent);
  switch (sent.state) {
  case send_state::drained:
    after_drained();
    break;
  case send_state::blocked:
    wait_writable();
    break;
  case send_state::cold:
    break;
  case send_state::more:
    schedule_write();
    break;
  case send_state::failed:
    finish(std::move(sent.why));
    break;
  }
  go_on_reading();
}

void socket_connection::after_drained() {
  if (closing_)
    finish(*closing_);
  else if (peer_done_ && replies_.requests_in_flight() == 0)
    finish(reader_.mid_frame() ? "closed by the peer in the middle of a frame"
                               : "closed by the peer");
}

void socket_connection::release_replies() {
  while (auto answer = replies_.release())
    sender_.push(std::move(*answer));
  settle();
}

void socket_connection::go_on_reading() {
  if (!paused_ || ended() || closing_ || !may_go_on() || !lane_has_room())
    return;
  paused_ = false;
  // It was us who did not read: the frame's time begins anew.
  partial_tick_.reset();
  schedule_read();
}

void socket_connection::begin_read_in(storage::file_slice slice) {
  auto& context = home_->context();
  context.counters.cold_reads.fetch_add(1, std::memory_order_relaxed);
  auto done = context.returning_to(
      home_->home(), [self = shared_from_this()] { self->slice_read_in(); });
  context.read_in(std::move(slice), std::move(done));
}

void socket_connection::slice_read_in() {
  if (ended())
    return;
  sender_.slice_read_in();
  write_turn();
}

void socket_connection::count_sent(const sender::report& x) noexcept {
  auto& counters = home_->context().counters;
  auto order = std::memory_order_relaxed;
  if (x.bytes_sent > 0) {
    active_tick_ = home_->tick();
    counters.bytes_sent.fetch_add(x.bytes_sent, order);
  }
  if (x.pages.hit > 0)
    counters.pages_hit.fetch_add(x.pages.hit, order);
  if (x.pages.missed > 0)
    counters.pages_missed.fetch_add(x.pages.missed, order);
}

void socket_connection::discard_received() noexcept {
  // Closing a socket with unread bytes resets the connection, and a reset may
  // overtake the answers that were sent last.
  std::array<std::byte, 16384> scratch;
  for (size_t sum = 0; sum < discard_bytes_max; sum += scratch.size())
    if (recv(socket_->native_handle(), scratch.data(), scratch.size(),
             MSG_DONTWAIT)
        <= 0)
      break;
}

void socket_connection::finish(std::string why) {
  if (ended())
    return;
  discard_received();
  socket_.reset();
  replies_.clear();
  sender_.clear();
  frame_let_in_bytes_ = 0;
  settle();
  reader_.release_memory();
  boost::asio::post(home_->loop(),
                    [self = shared_from_this(), sink = std::move(sink_),
                     why = std::move(why)]() mutable {
                      if (sink)
                        sink->on_closed(why);
                      sink.reset();
                      self->home_->remove(self.get());
                    });
}

} // namespace troupe::transport
