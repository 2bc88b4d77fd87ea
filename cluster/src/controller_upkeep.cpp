// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/controller_upkeep.h>

#include <algorithm>
#include <vector>

namespace troupe::cluster {

controller_upkeep::controller_upkeep(const cluster_config& config,
                                     const metadata_image& image,
                                     int64_t now_ms)
    : sessions_(config), rebalances_(config.auto_leader_rebalance),
      rebalance_interval_ms_(config.leader_imbalance_check_interval_ms),
      rebalance_ms_(now_ms + rebalance_interval_ms_),
      move_ms_(now_ms + move_interval_ms) {
  sessions_.begin(image, now_ms);
}

outcome controller_upkeep::tick(const controller& by,
                                const metadata_image& image, int64_t now_ms) {
  auto made = fence(by, image, now_ms);
  if (!made.records.empty())
    return made;
  if (!settled_) {
    made = by.settle_partitions(image);
    settled_ = made.records.empty();
    if (!settled_)
      return made;
  }
  if (now_ms >= rebalance_ms_) {
    if (rebalances_)
      made = by.rebalance_leaders(image);
    if (!made.records.empty())
      return made;
    rebalance_ms_ = now_ms + rebalance_interval_ms_;
  }
  if (now_ms >= move_ms_) {
    made = by.move_partitions(image);
    if (made.records.empty())
      move_ms_ = now_ms + move_interval_ms;
  }
  return made;
}

int64_t controller_upkeep::next_deadline_ms() const noexcept {
  return std::min({sessions_.next_deadline_ms(), rebalance_ms_, move_ms_});
}

outcome controller_upkeep::fence(const controller& by,
                                 const metadata_image& image, int64_t now_ms) {
  sessions_.take_expired(now_ms);
  // Those that just expired, and those whose fencing failed.
  std::vector<node_id> silent;
  for (const auto& [id, node] : image.nodes)
    if (!node.fenced && !node.incarnation.is_nil() && !sessions_.present(id))
      silent.push_back(id);
  return silent.empty() ? outcome{} : by.fence_nodes(image, silent);
}

} // namespace troupe::cluster
