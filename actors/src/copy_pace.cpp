// SPDX-License-Identifier: Apache-2.0
#include "copy_pace.h"

#include <troupe/storage/assert.h>

#include <algorithm>
#include <limits>

namespace troupe::actors {

namespace {

constexpr int64_t ms_us = 1'000;
constexpr int64_t second_us = 1'000'000;

/// What was not used of the rate may be made up for so long.
constexpr int64_t saved_us_max = second_us;

bool contains(const std::vector<cluster::node_id>& nodes, cluster::node_id x) {
  return std::ranges::find(nodes, x) != nodes.end();
}

} // namespace

copy_pace::copy_pace(int64_t bytes_per_second)
    : bytes_per_second_(bytes_per_second),
      paid_until_us_(std::numeric_limits<int64_t>::min()) {
  ASSERT(bytes_per_second > 0);
}

int64_t copy_pace::wait_ms(int64_t now_ms) const noexcept {
  auto now_us = now_ms * ms_us;
  auto until_us = paid_until_us_.load(std::memory_order_relaxed);
  // Up to a whole one: too early would be in vain.
  return until_us <= now_us ? 0 : (until_us - now_us + ms_us - 1) / ms_us;
}

void copy_pace::pay(size_t bytes, int64_t now_ms) noexcept {
  auto price_us =
      static_cast<int64_t>(static_cast<double>(bytes) * second_us
                           / static_cast<double>(bytes_per_second_));
  auto earliest_us = now_ms * ms_us - saved_us_max;
  auto before = paid_until_us_.load(std::memory_order_relaxed);
  while (!paid_until_us_.compare_exchange_weak(
      before, std::max(before, earliest_us) + price_us,
      std::memory_order_relaxed))
    continue;
}

bool moves_to(cluster::node_id node, const cluster::partition_registration& x) {
  return contains(x.adding, node) && !contains(x.isr, node);
}

} // namespace troupe::actors
