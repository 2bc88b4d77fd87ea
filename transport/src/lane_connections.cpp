// SPDX-License-Identifier: Apache-2.0
#include "lane_connections.h"

#include "connection.h"

#include <troupe/storage/assert.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace troupe::transport {

namespace {

/// A sweep more often than this would cost more than it finds.
constexpr std::chrono::milliseconds sweep_interval_min{5};

/// A copy: closing may call back and change the map.
template <class Map>
std::vector<std::shared_ptr<socket_connection>> snapshot(const Map& xs) {
  std::vector<std::shared_ptr<socket_connection>> result;
  result.reserve(xs.size());
  for (const auto& [key, connection] : xs)
    result.push_back(connection);
  return result;
}

} // namespace

lane_connections::lane_connections(lane& home, size_t index,
                                   std::shared_ptr<server_context> context)
    : home_(home), index_(index), context_(std::move(context)),
      pool_(frame_pool::make(context_->bounds.frame_pool_bytes_max)) {}

lane_connections::~lane_connections() {
  ASSERT(connections_.empty());
}

void lane_connections::start() {
  sweep_timer_.emplace(loop());
  sweep_later();
}

void lane_connections::adopt(descriptor socket) {
  auto x = socket_connection::make(shared_from_this(), std::move(socket));
  if (x == nullptr || closing_) {
    context_->connection_gone();
    return;
  }
  connections_.emplace(x.get(), x);
  x->open();
}

void lane_connections::close_all(const std::string& why) {
  closing_ = true;
  for (auto& x : snapshot(connections_))
    x->close(why);
}

void lane_connections::abort_all(const std::string& why) {
  for (auto& x : snapshot(connections_))
    x->abort(why);
}

void lane_connections::end() {
  ASSERT(connections_.empty());
  sweep_timer_.reset();
}

void lane_connections::remove(const socket_connection* x) {
  if (connections_.erase(x) > 0)
    context_->connection_gone();
}

void lane_connections::charge(size_t before, size_t now) {
  ASSERT(request_bytes_ >= before);
  request_bytes_ = request_bytes_ - before + now;
  if (waiting_.empty() || wake_scheduled_ || !has_room())
    return;
  wake_scheduled_ = true;
  boost::asio::post(loop(), [self = shared_from_this()] {
    self->wake_scheduled_ = false;
    self->wake_waiting();
  });
}

void lane_connections::wait_for_room(std::weak_ptr<socket_connection> x) {
  waiting_.push_back(std::move(x));
}

/// Who finds the room taken again waits behind those who did not.
void lane_connections::wake_waiting() {
  auto woken = std::exchange(waiting_, {});
  for (auto& weak : woken)
    if (auto x = weak.lock())
      x->room_again();
}

void lane_connections::sweep_later() {
  auto interval = std::max<std::chrono::milliseconds>(
      context_->bounds.idle_timeout / idle_ticks, sweep_interval_min);
  sweep_timer_->expires_after(interval);
  sweep_timer_->async_wait(
      [weak = weak_from_this()](const boost::system::error_code& error) {
        auto self = weak.lock();
        if (self && !error && self->sweep_timer_)
          self->sweep();
      });
}

void lane_connections::sweep() {
  ++tick_;
  for (auto& x : snapshot(connections_))
    x->sweep();
  sweep_later();
}

} // namespace troupe::transport
