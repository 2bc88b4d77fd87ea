// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace troupe::actors {

/// Slows one thread's reading and writing down to a rate, until another thread
/// says that it is over. Thread safe.
class io_pace {
public:
  using clock = std::chrono::steady_clock;

  /// 0: as fast as it goes.
  explicit io_pace(uint64_t bytes_per_second)
      : bytes_per_second_(bytes_per_second) {}

  /// Waits until `bytes` may be moved; false once it is over.
  bool take(uint64_t bytes);

  /// Ends all waits, now and later.
  void end();

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  uint64_t bytes_per_second_;
  /// When the bytes taken so far are paid for.
  clock::time_point paid_until_;
};

} // namespace troupe::actors
