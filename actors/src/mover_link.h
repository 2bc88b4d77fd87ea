// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>

#include <caf/actor_addr.hpp>

#include <atomic>
#include <memory>

namespace troupe::actors {

/// What a partition and its mover know of each other without asking. Both are
/// on one lane; atomics for tests that have none.
struct mover_link {
  /// By the mover: it still needs the partition's records from here on. All of
  /// them, until it has read what it needs.
  std::atomic<storage::offset_t> needed_from{0};
  /// By the partition: whoever else reads has asked for what is here, and so
  /// has got all below.
  std::atomic<storage::offset_t> fetched_end{0};
  /// Whose reads do not count: the mover's own.
  std::atomic<caf::actor_id> mover{0};

  void fetched(storage::offset_t from) noexcept {
    if (from > fetched_end.load())
      fetched_end.store(from);
  }
};

using mover_link_ptr = std::shared_ptr<mover_link>;

} // namespace troupe::actors
