// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/lane.h>
#include <troupe/transport/limits.h>
#include <troupe/transport/server.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>

namespace troupe::transport {

/// What the connections of one server share, on all its lanes. Lives until the
/// last of them, and the last read-in they asked for, is gone.
class server_context : public std::enable_shared_from_this<server_context> {
public:
  server_context(const limits& bounds, accept_handler accept,
                 read_in_handler read_in);

  const limits bounds;
  const accept_handler accept;
  const read_in_handler read_in;
  server_counters counters;

  /// Counts a connection in, unless there are too many. Any thread.
  bool admit_connection();
  /// Its sink has seen `on_closed` (or it never had one). Any thread.
  void connection_gone();

  /// Waits until no connection is left; false when `deadline` came first.
  bool wait_until_empty(std::chrono::milliseconds deadline);
  void wait_until_empty();

  /// Makes `job` callable from any thread at any time: it is posted to `home`
  /// while the server lives, and dropped after `end`, when the lane may be
  /// gone.
  std::function<void()> returning_to(lane& home, std::function<void()> job);
  void end();

private:
  std::mutex mutex_;
  std::condition_variable empty_;
  size_t connections_ = 0;
  bool ended_ = false;
};

} // namespace troupe::transport
