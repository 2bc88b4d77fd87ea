// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor_control_block.hpp>

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

  /// Tells all of them to end, and takes no more.
  void end();

private:
  /// Fewer are not looked through for those that are gone.
  static constexpr size_t sweep_at_least = 64;

  std::mutex guard_;
  std::vector<caf::weak_actor_ptr> made_;
  size_t sweep_at_ = sweep_at_least;
  bool ended_ = false;
};

} // namespace troupe::actors
