// SPDX-License-Identifier: Apache-2.0
#include "node_clock.h"

#include <chrono>
#include <random>
#include <utility>

namespace troupe {

namespace {

constexpr int64_t microseconds_per_millisecond = 1000;

class clocks_of_the_system final : public time_source {
public:
  storage::timestamp_ms wall_ms() noexcept override {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch())
        .count();
  }

  int64_t steady_us() noexcept override {
    using namespace std::chrono;
    return duration_cast<microseconds>(steady_clock::now().time_since_epoch())
        .count();
  }
};

int64_t steady_ms(time_source& time) noexcept {
  return time.steady_us() / microseconds_per_millisecond;
}

} // namespace

std::shared_ptr<time_source> system_time() {
  return std::make_shared<clocks_of_the_system>();
}

std::function<storage::timestamp_ms()>
wall_clock_of(std::shared_ptr<time_source> time) {
  return [time = std::move(time)] { return time->wall_ms(); };
}

std::function<int64_t()> steady_clock_of(std::shared_ptr<time_source> time) {
  return [time = std::move(time)] { return steady_ms(*time); };
}

std::function<cluster::group_time()>
both_clocks_of(std::shared_ptr<time_source> time) {
  return [time = std::move(time)] {
    return cluster::group_time{steady_ms(*time), time->wall_ms()};
  };
}

uint64_t random_seed() {
  std::random_device device;
  return (uint64_t{device()} << 32) | device();
}

} // namespace troupe
