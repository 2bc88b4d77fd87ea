// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/dial_backoff.h>

#include <algorithm>

namespace troupe::cluster {

dial_backoff::dial_backoff(dial_backoff_config config, uint64_t seed)
    : config_(config), random_(seed) {}

uint32_t dial_backoff::next_ms() {
  // More would overflow, and is beyond any limit that makes sense.
  constexpr uint32_t doublings_max = 16;
  auto doublings = std::min(failures_, doublings_max);
  auto due = std::min<uint64_t>(uint64_t{config_.first_ms} << doublings,
                                config_.longest_ms);
  ++failures_;
  std::uniform_int_distribution<uint64_t> jitter(0, due / 2);
  return static_cast<uint32_t>(due - jitter(random_));
}

} // namespace troupe::cluster
