// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulated_metadata.h"
#include "simulated_partition.h"

#include <map>
#include <memory>

namespace troupe::simulation {

/// A process of the cluster, from its start to its death.
class simulated_node {
public:
  simulated_node(simulated_cluster& world, node_id self);

  /// The cluster must know the node when it starts.
  void start();
  simulated_metadata& metadata() noexcept { return metadata_; }
  simulated_partition* find(const storage::topic_partition& name);
  /// Opens and closes partitions, changes their roles.
  void apply_image();

private:
  cluster::partition_registration
  registration_in(const cluster::metadata_image& image,
                  const storage::topic_partition& name) const;
  bool registered() const;
  void beat();
  void look_around();
  void close_missing(const cluster::metadata_image& image);

  simulated_cluster& world_;
  node_id self_;
  storage::uuid incarnation_;
  simulated_metadata metadata_;
  std::map<storage::topic_partition, std::unique_ptr<simulated_partition>>
      partitions_;
};

} // namespace troupe::simulation
