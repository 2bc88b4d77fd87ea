// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>

#include <cstdint>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Two readings of one moment. Sessions and rebalances are measured with the
/// steady clock, because a step of the wall clock must not expire every member
/// at once; records carry the wall clock.
struct group_time {
  /// Since any fixed point; never goes back.
  int64_t steady_ms = 0;
  storage::timestamp_ms wall_ms = 0;

  bool operator==(const group_time&) const = default;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
