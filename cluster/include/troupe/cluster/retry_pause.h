// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// How long to wait before the next try: twice as long after each failure, up
/// to a bound; half of that for certain and a random part of the other half,
/// so that many who failed together do not come again together.
class retry_pause {
public:
  /// Both in milliseconds; `least_ms` is what the first failure costs.
  constexpr retry_pause(int64_t least_ms, int64_t most_ms) noexcept
      : least_ms_(least_ms), most_ms_(most_ms), next_ms_(least_ms) {}

  /// After a failure. At least half of `least_ms`, at most `most_ms`.
  constexpr int64_t after_failure(uint64_t random) noexcept {
    auto whole = next_ms_;
    next_ms_ = std::min(next_ms_ * 2, most_ms_);
    auto half = whole / 2;
    return half
           + static_cast<int64_t>(random % static_cast<uint64_t>(half + 1));
  }
  /// The next failure is a first one again.
  constexpr void succeeded() noexcept { next_ms_ = least_ms_; }

private:
  int64_t least_ms_;
  int64_t most_ms_;
  int64_t next_ms_;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
