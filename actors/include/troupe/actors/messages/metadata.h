// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/problem.h>
#include <troupe/cluster/controller.h>
#include <troupe/cluster/metadata_image.h>

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

/// Messages about the cluster's metadata. Local only, until the quorum.
namespace troupe::actors {

/// Each answer below holds one `problem` per item, in the order asked, and
/// comes when brokers serve what was decided.
struct create_topics {
  std::vector<cluster::new_topic> topics;
  bool validate_only = false;
};

/// DeleteTopics. Records are gone for clients when it is answered; files
/// follow.
struct delete_topics {
  std::vector<cluster::topic_reference> topics;
};

/// CreatePartitions: more partitions for topics that exist.
struct create_partitions {
  std::vector<cluster::more_partitions> topics;
  bool validate_only = false;
};

/// AlterConfigs and IncrementalAlterConfigs, of topics and brokers.
struct alter_configs {
  std::vector<cluster::config_alteration> resources;
  bool validate_only = false;
};

/// AlterPartitionReassignments.
struct alter_reassignments {
  std::vector<cluster::reassignment> partitions;
};

/// ElectLeaders.
struct elect_leaders {
  std::vector<storage::topic_partition> partitions;
  cluster::election_type type = cluster::election_type::preferred;
};

/// UnregisterBroker: the node is gone for good.
struct remove_node {
  cluster::node_id node = cluster::no_node;
};

/// One problem, or none, per item of the question, in its order. What was
/// decided is durable, and this node serves it.
struct metadata_decided {
  std::vector<problem> results;
  /// Metadata with everything decided here applied (also when only
  /// validated: then nobody else sees it).
  cluster::image_ptr image;
};

/// This node's address; answered when every image that follows has it.
struct register_node {
  cluster::node_registration node;
};

/// A fresh id for an idempotent producer.
struct allocate_producer_id {};

/// An id that nobody else was or will be given; -1 with a problem.
struct producer_id_allocated {
  problem why;
  int64_t producer_id = -1;
};

/// From the controller to the broker actor: serve this from now on.
struct apply_metadata {
  cluster::image_ptr image;
};

/// Every partition of the image is open here, or known to have failed.
struct metadata_applied {
  problem why;
};

/// From a partition to the broker actor: my disk failed.
struct partition_failed {
  storage::topic_partition name;
  std::string reason;
};

/// Housekeeping tick of the broker actor.
struct housekeeping_due {};

/// Tick of the broker actor: partitions look at their followers.
struct replica_check_due {};

/// Serve the newest of the images that came (the broker actor to itself).
struct serve_newest {};

/// Stop partitions, close logs, mark the clean shutdown.
struct stop_broker {};

/// All logs are closed; the problem is the first of those that there were.
struct broker_stopped {
  problem why;
};

} // namespace troupe::actors

#pragma GCC visibility pop

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::create_topics)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::delete_topics)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::create_partitions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::alter_configs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::alter_reassignments)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::elect_leaders)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::remove_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::metadata_decided)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::register_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::allocate_producer_id)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::producer_id_allocated)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::apply_metadata)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::metadata_applied)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::partition_failed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::housekeeping_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::replica_check_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::serve_newest)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::stop_broker)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::broker_stopped)
