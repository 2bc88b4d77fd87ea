// SPDX-License-Identifier: Apache-2.0
#include "offsets_topic.h"

#include <troupe/cluster/offsets_partition.h>

#include <algorithm>

namespace troupe::actors {

cluster::new_topic new_offsets_topic(const cluster::broker_config& config,
                                     const cluster::metadata_image& image) {
  const auto& wanted = config.offsets_topic;
  cluster::new_topic x;
  x.name = offsets_topic;
  x.num_partitions = wanted.num_partitions;
  // Kafka would refuse until there are enough nodes, and a first consumer
  // could never start on a node that is alone. The controller adds replicas
  // once there are more.
  auto possible = std::max<size_t>(cluster::usable_nodes(image).size(), 1);
  x.replication_factor = static_cast<int16_t>(std::min<size_t>(
      static_cast<size_t>(wanted.replication_factor), possible));
  x.configs = {
      {"cleanup.policy", "compact"},
      {"compression.type", "producer"},
      {"segment.bytes", std::to_string(wanted.segment_bytes)},
      {"max.message.bytes", std::to_string(wanted.batch_bytes_max)},
  };
  return x;
}

size_t
partition_of_group(const topic_route& offsets, std::string_view group_id) {
  auto count = static_cast<int32_t>(offsets.partitions.size());
  return static_cast<size_t>(cluster::offsets_partition_for(group_id, count));
}

} // namespace troupe::actors
