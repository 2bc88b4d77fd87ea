// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/group_time.h>

#include <cstdint>

/// Where time and chance enter a node: everything below has them handed in.
namespace troupe {

/// Milliseconds since 1970.
storage::timestamp_ms wall_clock();
/// Milliseconds since some moment; never goes back.
int64_t steady_clock_ms();
/// Both.
cluster::group_time both_clocks();
/// From the system's source of randomness.
uint64_t random_seed();

} // namespace troupe
