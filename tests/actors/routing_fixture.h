// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "routing.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

/// Id of the node in these tests.
inline constexpr cluster::node_id this_node = 1;

inline storage::uuid id_of(uint8_t number) {
  storage::uuid id;
  id.bytes.fill(number);
  return id;
}

/// Metadata of one node, built topic by topic.
class routing_builder {
public:
  routing_builder();

  /// All partitions are served by `actor`; without one they are offline.
  routing_builder& topic(const std::string& name, uint8_t id, int partitions,
                         partition_actor actor = {},
                         cluster::config_map configs = {});

  /// Of all partitions of a topic that was added before.
  routing_builder& led_by(const std::string& topic, cluster::node_id leader,
                          cluster::leader_epoch_t epoch);

  routing_builder& replicated_by(const std::string& topic,
                                 std::vector<cluster::node_id> replicas);

  /// From this node to `adding`, without `removing` in the end.
  routing_builder& moving(const std::string& topic,
                          std::vector<cluster::node_id> adding,
                          std::vector<cluster::node_id> removing);

  routing_builder&
  viewed_through(const std::string& topic, view_desk_actor views);

  /// One more registered node.
  routing_builder& node(cluster::node_registration x);

  std::shared_ptr<const routing> build() const;

private:
  cluster::topic_image& edit(const std::string& topic);

  cluster::metadata_image image_;
  routing routes_;
};

} // namespace troupe::actors
