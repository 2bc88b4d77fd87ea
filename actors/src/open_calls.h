// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>

namespace troupe::actors {

/// Threads that wait inside a node for an answer of its actors. Whoever stops
/// the node ends their waits, and goes on when the last has gone. Any thread.
class open_calls {
public:
  /// Runs `ask`, and waits until `answered` is true; false: nothing was asked,
  /// or `end` came first. Both run under the lock.
  bool
  call(const std::function<void()>& ask, const std::function<bool()>& answered);
  /// Runs `change`, which may be what a call waits for.
  void tell(const std::function<void()>& change);
  /// No call goes on, and none begins any more.
  void end();

private:
  std::mutex guard_;
  std::condition_variable changed_;
  size_t waiting_ = 0;
  bool ended_ = false;
};

} // namespace troupe::actors
