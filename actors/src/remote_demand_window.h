// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

namespace troupe::actors {

/// How much of a subscriber's demand a node was told of: never more than it
/// lets be under way, the rest as blocks arrive. Knows no actor.
class remote_demand_window {
public:
  /// What the node said when it opened the consumer.
  void open(uint32_t blocks_max) noexcept { blocks_max_ = blocks_max; }

  /// The subscriber wants so many more. What to ask the node for.
  uint32_t wanted(uint32_t blocks) noexcept {
    waiting_ += blocks;
    return next();
  }
  /// A block came for the subscriber. What to ask the node for.
  uint32_t arrived() noexcept {
    under_way_ -= std::min<uint32_t>(under_way_, 1);
    return next();
  }
  /// One came that nobody wants any more: another one is wanted in its place.
  uint32_t dropped() noexcept {
    ++waiting_;
    return arrived();
  }

private:
  uint32_t next() noexcept {
    auto room = static_cast<uint64_t>(blocks_max_ - under_way_);
    auto blocks = static_cast<uint32_t>(std::min(waiting_, room));
    waiting_ -= blocks;
    under_way_ += blocks;
    return blocks;
  }

  uint32_t blocks_max_ = 0;
  uint32_t under_way_ = 0;
  uint64_t waiting_ = 0;
};

} // namespace troupe::actors
