// SPDX-License-Identifier: Apache-2.0
// The receiving half of socket_connection.
#include "connection.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/socket.h>

namespace troupe::transport {

void socket_connection::wait_readable() {
  socket_->async_wait(
      lane_descriptor::wait_read,
      [self = shared_from_this()](const boost::system::error_code& error) {
        if (!error)
          self->read_turn();
        else if (!self->ended())
          self->finish("waiting to receive: " + error.message());
      });
}

void socket_connection::schedule_read() {
  boost::asio::post(home_->loop(),
                    [self = shared_from_this()] { self->read_turn(); });
}

void socket_connection::read_turn() {
  if (ended() || closing_)
    return;
  // A connection that ends in between lets go of its sink.
  auto sink = sink_;
  in_read_turn_ = true;
  receive_frames();
  if (std::exchange(frames_delivered_, false))
    sink->on_frames_delivered();
  in_read_turn_ = false;
  if (ended())
    return;
  note_partial_frame();
  write_turn();
}

void socket_connection::receive_frames() {
  size_t budget = bounds().receive_bytes_per_turn;
  auto last = intake::progress;
  while (deliver_frames()) {
    if (last == intake::drained) {
      reader_.release_memory();
      wait_readable();
      return;
    }
    if (budget == 0) {
      schedule_read();
      return;
    }
    last = receive(budget);
    if (last == intake::ended)
      return;
  }
}

socket_connection::intake socket_connection::receive(size_t& budget) {
  auto area = reader_.receive_area();
  size_t want = std::min(area.size(), budget);
  ssize_t got = recv(socket_->native_handle(), area.data(), want, MSG_DONTWAIT);
  if (got > 0) {
    auto size = static_cast<size_t>(got);
    reader_.received(size);
    budget -= size;
    active_tick_ = home_->tick();
    home_->context().counters.bytes_received.fetch_add(
        size, std::memory_order_relaxed);
    // A short read has emptied the socket: the wait finds what comes later.
    return size < want ? intake::drained : intake::progress;
  }
  if (got == 0) {
    peer_done_ = true;
    return intake::ended;
  }
  if (errno == EINTR)
    return intake::progress;
  if (errno == EAGAIN || errno == EWOULDBLOCK)
    return intake::drained;
  finish("receiving: " + std::system_category().message(errno));
  return intake::ended;
}

/// False when nothing may be received now: too much has piled up, or the
/// connection ends.
bool socket_connection::deliver_frames() {
  for (;;) {
    if (ended() || closing_)
      return false;
    if (piled_up() || !lane_has_room()) {
      paused_ = true;
      return false;
    }
    auto frame = reader_.next();
    if (!frame) {
      close(frame.error().message);
      return false;
    }
    if (!*frame) {
      paused_ = !claim_fits();
      if (!paused_)
        frame_let_in_bytes_ = reader_.claimed_bytes();
      settle();
      return !paused_;
    }
    partial_tick_.reset();
    frame_let_in_bytes_ = 0;
    auto slot = replies_.open((*frame)->size());
    settle();
    frames_delivered_ = true;
    sink_->on_frame(slot, std::move(**frame));
    release_replies();
  }
}

bool socket_connection::piled_up() const noexcept {
  return replies_.requests_in_flight() >= bounds().requests_in_flight_max
         || replies_.request_bytes() >= bounds().request_bytes_in_flight_max
         || reply_bytes() >= bounds().reply_bytes_queued_max;
}

/// The memory for the frame that has begun is only taken when it fits what
/// may be in flight; alone it always fits.
bool socket_connection::claim_fits() const noexcept {
  return replies_.request_bytes() == 0
         || replies_.request_bytes() + reader_.claimed_bytes()
                <= bounds().request_bytes_in_flight_max;
}

/// False: the lane calls `room_again`. A frame that was let in has its memory
/// already, and only its end gives that back.
bool socket_connection::lane_has_room() {
  if (frame_let_in_bytes_ > 0 || home_->has_room())
    return true;
  if (!waiting_for_room_)
    home_->wait_for_room(weak_from_this());
  waiting_for_room_ = true;
  return false;
}

void socket_connection::room_again() {
  waiting_for_room_ = false;
  go_on_reading();
}

/// Tells the lane what this connection holds in request frames.
void socket_connection::settle() {
  auto now = replies_.request_bytes() + frame_let_in_bytes_;
  if (now != charged_bytes_)
    home_->charge(std::exchange(charged_bytes_, now), now);
}

bool socket_connection::may_go_on() const noexcept {
  return claim_fits()
         && replies_.requests_in_flight() <= bounds().requests_in_flight_max / 2
         && replies_.request_bytes() <= bounds().request_bytes_in_flight_max / 2
         && reply_bytes() <= bounds().reply_bytes_queued_max / 2;
}

void socket_connection::note_partial_frame() noexcept {
  if (!reader_.mid_frame() || paused_ || peer_done_)
    partial_tick_.reset();
  else if (!partial_tick_)
    partial_tick_ = home_->tick();
}

} // namespace troupe::transport
