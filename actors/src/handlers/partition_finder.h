// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../routing.h"

#include <troupe/storage/result.h>
#include <troupe/transport/kafka/error_code.h>

#include <cstdint>
#include <string>
#include <unordered_set>
#include <utility>

namespace troupe::actors::handlers {

/// Why nobody here can be asked about a partition.
struct partition_refusal {
  kafka::error_code code = kafka::error_code::none;
  std::string message;
};

/// Finds whom to ask about the partitions that a request names. Hands out
/// each partition once, so that a frame full of repetitions makes no more
/// messages than there are partitions.
class partition_finder {
public:
  partition_finder(routing_ptr routes, cluster::node_id self)
      : routes_(std::move(routes)), self_(self) {}

  /// The following calls of `take` are about this topic.
  void enter(const std::string& topic) {
    topic_ = routes_->find(topic);
    missing_ = {kafka::error_code::unknown_topic_or_partition,
                "no such topic or partition"};
  }
  void enter(const storage::uuid& topic) {
    topic_ = routes_->find(topic);
    missing_ = {kafka::error_code::unknown_topic_id, "no topic has this id"};
  }

  /// Whom to ask, or why nobody: unknown, led elsewhere, offline, taken before.
  result<partition_actor, partition_refusal> take(int32_t partition);
  /// The same where a follower's replica will do.
  result<partition_actor, partition_refusal> take_replica(int32_t partition);

  /// The topic entered; null when it is unknown.
  const topic_route* topic() const noexcept { return topic_; }
  const routing& routes() const noexcept { return *routes_; }

private:
  /// Null when there is no such partition.
  const cluster::partition_registration* find(int32_t partition) const;

  routing_ptr routes_;
  cluster::node_id self_;
  const topic_route* topic_ = nullptr;
  /// Why nobody is asked about partitions of `topic_` when that is null.
  partition_refusal missing_;
  std::unordered_set<const partition_route*> taken_;
};

} // namespace troupe::actors::handlers
