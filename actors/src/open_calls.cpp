// SPDX-License-Identifier: Apache-2.0
#include "open_calls.h"

namespace troupe::actors {

bool open_calls::call(const std::function<void()>& ask,
                      const std::function<bool()>& answered) {
  std::unique_lock lock(guard_);
  if (ended_)
    return false;
  ++waiting_;
  ask();
  changed_.wait(lock, [&] { return ended_ || answered(); });
  bool done = answered();
  --waiting_;
  changed_.notify_all();
  return done;
}

void open_calls::tell(const std::function<void()>& change) {
  std::lock_guard lock(guard_);
  change();
  changed_.notify_all();
}

void open_calls::end() {
  std::unique_lock lock(guard_);
  ended_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return waiting_ == 0; });
}

} // namespace troupe::actors
