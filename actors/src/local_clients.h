// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "group_member_actor.h"

#include <caf/actor_control_block.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

namespace troupe::actors {

/// The producers and consumers inside the process that a node made: it ends
/// them when it stops, however long their owners keep the handles. Any thread.
class local_clients {
public:
  /// Runs `spawn` and remembers what it makes. False, and nothing is made, once
  /// `end` was called.
  bool add(const std::function<caf::strong_actor_ptr()>& spawn);

  /// The same for members of groups.
  bool add_member(const std::function<group_member_body_actor()>& spawn);

  /// Members of groups commit what is processed and leave, and no more are
  /// taken; returns when they have, or after `timeout`.
  void
  leave_groups(caf::actor_system& system, std::chrono::milliseconds timeout);

  /// Tells all of them to end, and takes no more.
  void end();

private:
  /// Fewer are not looked through for those that are gone.
  static constexpr size_t sweep_at_least = 64;

  std::mutex guard_;
  std::vector<caf::weak_actor_ptr> made_;
  size_t sweep_at_ = sweep_at_least;
  std::vector<caf::weak_actor_ptr> members_;
  bool left_ = false;
  bool ended_ = false;
};

} // namespace troupe::actors
