// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <future>
#include <utility>

namespace troupe::actors {

/// Runs `work` on a thread that ends with it, and returns what it returns.
///
/// Whoever spawns in an actor system of CAF 0.17 has the system's logger noted
/// in its thread, and the system cannot end while any thread has: so nothing is
/// spawned on the threads of our callers, which may live longer than a node.
template <class Work>
auto on_thread_of_the_moment(Work work) {
  return std::async(std::launch::async, std::move(work)).get();
}

} // namespace troupe::actors
