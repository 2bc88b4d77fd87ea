// SPDX-License-Identifier: Apache-2.0
#include "departures.h"

#include <condition_variable>
#include <mutex>

namespace troupe::actors {

struct departures::shared {
  std::mutex guard;
  std::condition_variable nobody_left;
  size_t present = 0;
};

departures::departures() : state_(std::make_shared<shared>()) {}

void departures::begin() {
  std::lock_guard lock(state_->guard);
  ++state_->present;
}

void departures::end(shared& x) {
  std::lock_guard lock(x.guard);
  if (--x.present == 0)
    x.nobody_left.notify_all();
}

void departures::wait() {
  std::unique_lock lock(state_->guard);
  state_->nobody_left.wait(lock, [this] { return state_->present == 0; });
}

} // namespace troupe::actors
