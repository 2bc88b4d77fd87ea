// SPDX-License-Identifier: Apache-2.0
#include "local_clients.h"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scoped_actor.hpp>
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

bool local_clients::add_member(
    const std::function<group_member_body_actor()>& spawn) {
  {
    std::lock_guard lock(guard_);
    if (left_)
      return false;
  }
  return add([&] {
    auto made = caf::actor_cast<caf::strong_actor_ptr>(spawn());
    std::erase_if(members_, [](const caf::weak_actor_ptr& x) {
      return caf::actor_cast<caf::strong_actor_ptr>(x) == nullptr;
    });
    members_.emplace_back(made.get());
    return made;
  });
}

void local_clients::leave_groups(caf::actor_system& system,
                                 std::chrono::milliseconds timeout) {
  std::vector<caf::weak_actor_ptr> members;
  {
    std::lock_guard lock(guard_);
    left_ = true;
    members.swap(members_);
  }
  caf::scoped_actor self{system};
  auto ask = [&](const group_member_body_actor& member) {
    return self->request(member, timeout,
                         leave_group{{errc::stopping, "the node is stopping"}});
  };
  // All of them at once.
  std::vector<decltype(ask({}))> answers;
  for (const auto& x : members)
    if (auto alive = caf::actor_cast<caf::strong_actor_ptr>(x))
      answers.push_back(ask(caf::actor_cast<group_member_body_actor>(alive)));
  for (auto& x : answers)
    x.receive([](const group_left&) {}, [](const caf::error&) {});
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
