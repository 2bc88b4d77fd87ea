// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/time_source.h>
#include <troupe/cluster/group_time.h>

#include <cstdint>
#include <functional>
#include <memory>

/// Where time and chance enter a node: everything below has them handed in.
namespace troupe {

/// The clocks of the system.
std::shared_ptr<time_source> system_time();

/// As actors ask for it: milliseconds since 1970, of the steady clock, both.
std::function<storage::timestamp_ms()>
wall_clock_of(std::shared_ptr<time_source> time);
std::function<int64_t()> steady_clock_of(std::shared_ptr<time_source> time);
std::function<cluster::group_time()>
both_clocks_of(std::shared_ptr<time_source> time);

/// From the system's source of randomness.
uint64_t random_seed();

} // namespace troupe
