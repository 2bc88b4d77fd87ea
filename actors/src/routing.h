// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/interfaces.h>
#include <troupe/actors/stage_interfaces.h>
#include <troupe/cluster/controller_requests.h>
#include <troupe/cluster/metadata_image.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// Where one partition is served on this node.
struct partition_route {
  /// Invalid (null) while the partition is offline or its log is being opened.
  partition_actor actor;
  /// Index of its data directory.
  size_t directory = 0;
  /// Offline for good, or until the log can be opened again.
  bool failed = false;

  bool online() const noexcept { return actor != nullptr; }
};

struct topic_route {
  std::shared_ptr<const cluster::topic_image> topic;
  /// Indexed by partition.
  std::vector<partition_route> partitions;
  /// Null: appends go to the partitions, without stages.
  stage_desk_actor stages = {};
  /// Null: fetches give what the partitions hold.
  view_desk_actor views = {};
};

/// A metadata image together with the actors that serve it; never changes.
struct routing {
  cluster::image_ptr image;
  /// The newest image of which every log is open, or known not to be.
  cluster::image_ptr applied;
  /// This node's replicas that failed.
  std::vector<cluster::failed_replica> failed;
  std::unordered_map<std::string, std::shared_ptr<const topic_route>> topics;
  std::unordered_map<storage::uuid, std::shared_ptr<const topic_route>> by_id;

  /// Null when unknown.
  const topic_route* find(const std::string& topic) const;
  const topic_route* find(const storage::uuid& id) const;
};

using routing_ptr = std::shared_ptr<const routing>;

} // namespace troupe::actors
