// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// How many bytes a sender may still send before the receiver has done away
/// with earlier ones. Nothing below limits what a sender queues: without
/// this, a peer that stands still costs all memory.
class credit_window {
public:
  /// `bytes` is what the receiver allows in all.
  explicit credit_window(uint64_t bytes = 0) noexcept
      : limit_(bytes), left_(bytes) {}

  /// Takes up to `wanted` bytes; 0 when none are left.
  uint64_t take(uint64_t wanted) noexcept;
  /// The receiver did away with `bytes`. Never opens the window beyond what
  /// it was at first, whatever a confused peer says.
  void grant(uint64_t bytes) noexcept;

  /// Bytes that may be sent now.
  uint64_t left() const noexcept { return left_; }
  /// Bytes that the receiver has not done away with.
  uint64_t in_flight() const noexcept { return limit_ - left_; }

private:
  uint64_t limit_;
  uint64_t left_;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
