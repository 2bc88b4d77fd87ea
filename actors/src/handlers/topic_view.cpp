// SPDX-License-Identifier: Apache-2.0
#include "topic_view.h"

#include "../error_map.h"
#include "standpoint.h"

#include <troupe/cluster/controller.h>

namespace troupe::actors::handlers {

partition_view view(const topic_route& topic, size_t partition,
                    const cluster::metadata_image& image,
                    cluster::node_id self) {
  const auto& known = topic.topic->partitions[partition];
  bool served = partition < topic.partitions.size()
                && topic.partitions[partition].online();
  partition_view x;
  x.leader = known.leader;
  x.leader_epoch = known.leader_epoch;
  x.replicas = known.replicas;
  x.isr = known.isr;
  for (auto node : known.replicas)
    if (node == self ? !served : !listed(image, node))
      x.offline_replicas.push_back(node);
  if (known.leader == self ? !served : !listed(image, known.leader))
    x.leader = cluster::no_node;
  if (x.leader == cluster::no_node)
    x.error_code = wire_code(kafka::error_code::leader_not_available);
  return x;
}

int16_t unknown_topic_code(const std::string& name) noexcept {
  return wire_code(cluster::valid_topic_name(name)
                       ? kafka::error_code::unknown_topic_or_partition
                       : kafka::error_code::invalid_topic_exception);
}

} // namespace troupe::actors::handlers
