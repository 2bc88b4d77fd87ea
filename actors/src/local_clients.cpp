// SPDX-License-Identifier: Apache-2.0
#include "local_clients.h"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <algorithm>

namespace troupe::actors {

bool local_clients::add(const std::function<caf::strong_actor_ptr()>& spawn) {
  std::lock_guard lock(guard_);
  if (ended_)
    return false;
  auto made = spawn();
  made_.emplace_back(made.get());
  if (made_.size() >= sweep_at_) {
    std::erase_if(made_, [](const caf::weak_actor_ptr& x) {
      return caf::actor_cast<caf::strong_actor_ptr>(x) == nullptr;
    });
    sweep_at_ = std::max(sweep_at_least, 2 * made_.size());
  }
  return true;
}

void local_clients::end() {
  std::lock_guard lock(guard_);
  ended_ = true;
  for (const auto& x : made_)
    if (auto alive = caf::actor_cast<caf::actor>(x))
      caf::anon_send_exit(alive, caf::exit_reason::user_shutdown);
  made_.clear();
}

} // namespace troupe::actors
