// SPDX-License-Identifier: Apache-2.0
#include "node_clock.h"

#include <chrono>
#include <random>

namespace troupe {

storage::timestamp_ms wall_clock() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch())
      .count();
}

int64_t steady_clock_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch())
      .count();
}

uint64_t random_seed() {
  std::random_device device;
  return (uint64_t{device()} << 32) | device();
}

cluster::group_time both_clocks() {
  return {steady_clock_ms(), wall_clock()};
}

} // namespace troupe
