// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/credit_window.h>

#include <algorithm>

namespace troupe::cluster {

uint64_t credit_window::take(uint64_t wanted) noexcept {
  auto taken = std::min(wanted, left_);
  left_ -= taken;
  return taken;
}

void credit_window::grant(uint64_t bytes) noexcept {
  left_ += std::min(bytes, in_flight());
}

} // namespace troupe::cluster
