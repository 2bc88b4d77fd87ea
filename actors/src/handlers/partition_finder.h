// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../routing.h"

#include <troupe/actors/problem.h>
#include <troupe/storage/result.h>

#include <cstdint>
#include <string>
#include <unordered_set>
#include <utility>

namespace troupe::actors::handlers {

/// Finds whom to ask about the partitions that a request names. Hands out
/// each partition once, so that a frame full of repetitions makes no more
/// messages than there are partitions.
class partition_finder {
public:
  explicit partition_finder(routing_ptr routes) : routes_(std::move(routes)) {}

  /// The following calls of `take` are about this topic.
  void enter(const std::string& topic) {
    topic_ = routes_->find(topic);
    missing_ = {errc::unknown_partition, "no such topic or partition"};
  }
  void enter(const storage::uuid& topic) {
    topic_ = routes_->find(topic);
    missing_ = {errc::unknown_topic_id, "no topic has this id"};
  }

  /// Whom to ask, or why nobody: unknown, offline, taken before.
  result<partition_actor, problem> take(int32_t partition);

  /// The topic entered; null when it is unknown.
  const topic_route* topic() const noexcept { return topic_; }
  const routing& routes() const noexcept { return *routes_; }

private:
  routing_ptr routes_;
  const topic_route* topic_ = nullptr;
  /// Why nobody is asked about partitions of `topic_` when that is null.
  problem missing_;
  std::unordered_set<const partition_route*> taken_;
};

} // namespace troupe::actors::handlers
