// SPDX-License-Identifier: Apache-2.0
#include "server_context.h"

#include <troupe/storage/assert.h>

#include <utility>

namespace troupe::transport {

server_context::server_context(const limits& bounds_, accept_handler accept_,
                               read_in_handler read_in_)
    : bounds(bounds_), accept(std::move(accept_)),
      read_in(std::move(read_in_)) {}

bool server_context::admit_connection() {
  std::lock_guard guard(mutex_);
  if (connections_ >= bounds.connections_max) {
    counters.connections_refused.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  ++connections_;
  counters.connections_accepted.fetch_add(1, std::memory_order_relaxed);
  counters.connections_open.fetch_add(1, std::memory_order_relaxed);
  return true;
}

void server_context::connection_gone() {
  std::lock_guard guard(mutex_);
  ASSERT(connections_ > 0);
  --connections_;
  counters.connections_open.fetch_sub(1, std::memory_order_relaxed);
  if (connections_ == 0)
    empty_.notify_all();
}

bool server_context::wait_until_empty(std::chrono::milliseconds deadline) {
  std::unique_lock guard(mutex_);
  return empty_.wait_for(guard, deadline, [this] { return connections_ == 0; });
}

void server_context::wait_until_empty() {
  std::unique_lock guard(mutex_);
  empty_.wait(guard, [this] { return connections_ == 0; });
}

std::function<void()>
server_context::returning_to(lane& home, std::function<void()> job) {
  return [self = shared_from_this(), &home, job = std::move(job)] {
    std::lock_guard guard(self->mutex_);
    if (!self->ended_)
      home.post(job);
  };
}

void server_context::end() {
  std::lock_guard guard(mutex_);
  ended_ = true;
}

} // namespace troupe::transport
