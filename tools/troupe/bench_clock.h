// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace troupe::bench {

/// Nanoseconds of a clock that only goes forward; the same in all threads.
using nanoseconds = int64_t;

inline constexpr nanoseconds second = 1'000'000'000;

inline nanoseconds now_ns() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

inline nanoseconds from_seconds(double x) {
  return static_cast<nanoseconds>(x * static_cast<double>(second));
}

inline double to_seconds(nanoseconds x) {
  return static_cast<double>(x) / static_cast<double>(second);
}

} // namespace troupe::bench
