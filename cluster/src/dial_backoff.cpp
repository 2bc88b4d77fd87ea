// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/dial_backoff.h>

#include <algorithm>

namespace troupe::cluster {

namespace {

uint32_t doubled(uint32_t first_ms, uint32_t times, uint32_t longest_ms) {
  // More would overflow, and is beyond any limit that makes sense.
  constexpr uint32_t doublings_max = 16;
  auto grown = uint64_t{first_ms} << std::min(times, doublings_max);
  return static_cast<uint32_t>(std::min<uint64_t>(grown, longest_ms));
}

} // namespace

dial_backoff::dial_backoff(dial_backoff_config config, uint64_t seed)
    : config_(config), random_(seed) {}

uint32_t dial_backoff::next_ms() {
  auto due = doubled(config_.first_ms, failures_++, config_.longest_ms);
  std::uniform_int_distribution<uint32_t> jitter(0, due / 2);
  return due - jitter(random_);
}

uint32_t
dial_backoff::stretched_ms(uint32_t first_ms, uint32_t longest_ms) const {
  return doubled(first_ms, failures_, longest_ms);
}

} // namespace troupe::cluster
