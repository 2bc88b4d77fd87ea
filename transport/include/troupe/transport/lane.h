// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#pragma GCC visibility push(default)

namespace troupe::transport {

/// One thread with one event loop. Connections and the actors that serve them
/// live on the same lane, so a fetch crosses no thread.
class lane {
public:
  /// Starts the thread, named `name` (15 characters at most).
  explicit lane(const char* name);
  /// Stops and joins.
  ~lane();
  lane(const lane&) = delete;
  lane& operator=(const lane&) = delete;

  /// Runs `job` on the lane, after the jobs posted before. Any thread.
  void post(std::function<void()> job);

  /// Runs `job` on the lane after `delay`. Any thread. Jobs that are still
  /// waiting when the lane stops are destroyed without running.
  void post_after(std::chrono::milliseconds delay, std::function<void()> job);

  /// True on the lane's own thread.
  bool running_in_this_thread() const noexcept;

  /// Lets the loop end once no work is left, and joins. Not from the lane.
  void stop();

  /// For transport's own sources only (holds the io_context).
  struct implementation;
  /// For the sources of this module: the event loop.
  implementation& impl() noexcept { return *impl_; }

private:
  std::unique_ptr<implementation> impl_;
};

} // namespace troupe::transport

#pragma GCC visibility pop
