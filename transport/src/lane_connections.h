// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "descriptor.h"
#include "frame_pool.h"
#include "lane_implementation.h"
#include "server_context.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::transport {

class socket_connection;

/// The connections of one server on one lane. Everything but the constructor
/// runs on that lane.
///
/// Idle connections are found by a sweep, not by a timer per request: time is
/// a tick, eight to an idle timeout, and a connection remembers the tick of
/// its last byte.
class lane_connections : public std::enable_shared_from_this<lane_connections> {
public:
  /// A connection without a byte for more ticks than this is idle.
  static constexpr uint64_t idle_ticks = 8;

  lane_connections(lane& home, size_t index,
                   std::shared_ptr<server_context> context);
  ~lane_connections();

  /// Starts to sweep.
  void start();

  /// Serves a socket that `admit_connection` has counted in.
  void adopt(descriptor socket);

  /// Closes after what was replied has left. Later sockets are turned away.
  void close_all(const std::string& why);
  /// Closes at once.
  void abort_all(const std::string& why);
  /// Ends the sweep; only when no connection is left.
  void end();

  /// What one connection holds in request frames was `before` and is `now`
  /// bytes.
  void charge(size_t before, size_t now);
  /// May another frame be let in?
  bool has_room() const noexcept {
    return request_bytes_ < context_->bounds.lane_request_bytes_in_flight_max;
  }
  /// Calls `room_again` once there is room.
  void wait_for_room(std::weak_ptr<socket_connection> x);

  /// The sink of `x` has seen the end.
  void remove(const socket_connection* x);

  lane& home() noexcept { return home_; }
  boost::asio::io_context& loop() noexcept { return context_of(home_); }
  size_t index() const noexcept { return index_; }
  server_context& context() noexcept { return *context_; }
  const std::shared_ptr<frame_pool>& pool() noexcept { return pool_; }
  uint64_t tick() const noexcept { return tick_; }

private:
  using connection_map = std::unordered_map<const socket_connection*,
                                            std::shared_ptr<socket_connection>>;

  void wake_waiting();
  void sweep_later();
  void sweep();

  lane& home_;
  size_t index_;
  std::shared_ptr<server_context> context_;
  std::shared_ptr<frame_pool> pool_;
  std::optional<boost::asio::steady_timer> sweep_timer_;
  connection_map connections_;
  /// Bytes of requests that were let in and not answered yet.
  size_t request_bytes_ = 0;
  /// Connections that wait for room, each at most once, in their order.
  std::vector<std::weak_ptr<socket_connection>> waiting_;
  bool wake_scheduled_ = false;
  uint64_t tick_ = 0;
  bool closing_ = false;
};

} // namespace troupe::transport
