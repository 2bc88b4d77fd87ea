// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../routing.h"
#include "standpoint.h"

#include <troupe/transport/kafka/error_code.h>

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace troupe::actors::handlers {

/// Tells clients that asked the wrong node where to go, so that they need not
/// ask for metadata first (KIP-951). Looks at the newest metadata: that is what
/// the refusal comes from.
class leader_hints {
public:
  explicit leader_hints(routing_ptr routes) : routes_(std::move(routes)) {}

  /// Whether an answer with this error has a hint.
  static bool wanted(int16_t error) noexcept {
    auto code = static_cast<kafka::error_code>(error);
    return code == kafka::error_code::not_leader_or_follower
           || code == kafka::error_code::fenced_leader_epoch;
  }

  /// Fills in who leads the partition and remembers the node for `endpoints`.
  template <class Leader, class Topic>
  void fill(Leader& to, const Topic& topic, int32_t partition) {
    const auto* route = routes_->find(topic);
    auto index = static_cast<size_t>(partition);
    if (route == nullptr || partition < 0
        || index >= route->topic->partitions.size())
      return;
    const auto& known = route->topic->partitions[index];
    if (!listed(*routes_->image, known.leader))
      return;
    to.leader_id = known.leader;
    to.leader_epoch = known.leader_epoch;
    leaders_.insert(known.leader);
  }

  /// Where the leaders named so far are.
  template <class Endpoint>
  std::vector<Endpoint> endpoints() const {
    std::vector<Endpoint> xs;
    for (auto id : leaders_) {
      const auto& node = routes_->image->nodes.at(id);
      auto& x = xs.emplace_back();
      x.node_id = id;
      x.host = node.host;
      x.port = node.port;
      if (!node.rack.empty())
        x.rack = node.rack;
    }
    return xs;
  }

private:
  routing_ptr routes_;
  std::set<cluster::node_id> leaders_;
};

} // namespace troupe::actors::handlers
