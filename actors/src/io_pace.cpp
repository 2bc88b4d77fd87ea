// SPDX-License-Identifier: Apache-2.0
#include "io_pace.h"

#include <algorithm>

namespace troupe::actors {

bool io_pace::take(uint64_t bytes) {
  std::unique_lock lock(mutex_);
  if (bytes_per_second_ > 0) {
    paid_until_ = std::max(paid_until_, clock::now());
    changed_.wait_until(lock, paid_until_, [this] { return ended_; });
    std::chrono::duration<double> price(
        static_cast<double>(bytes) / static_cast<double>(bytes_per_second_));
    paid_until_ += std::chrono::duration_cast<clock::duration>(price);
  }
  return !ended_;
}

void io_pace::end() {
  std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

} // namespace troupe::actors
