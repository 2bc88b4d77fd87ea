// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/metadata.h>

namespace troupe::kafka {

void describe(auto& f, of<metadata_request::topic> auto& x) {
  f.field("topic_id", x.topic_id, since(10));
  f.field("name", x.name, nullable_since(10));
}

void describe(auto& f, of<metadata_request> auto& x) {
  f.field("topics", x.topics, nullable_since(1));
  f.field("allow_auto_topic_creation", x.allow_auto_topic_creation, since(4));
  f.field("include_cluster_authorized_operations",
          x.include_cluster_authorized_operations, versions(8, 10));
  f.field("include_topic_authorized_operations",
          x.include_topic_authorized_operations, since(8));
}

void describe(auto& f, of<metadata_response::broker> auto& x) {
  f.field("node_id", x.node_id);
  f.field("host", x.host);
  f.field("port", x.port);
  f.field("rack", x.rack, since(1));
}

void describe(auto& f, of<metadata_response::partition> auto& x) {
  f.field("error_code", x.error_code);
  f.field("partition_index", x.partition_index);
  f.field("leader_id", x.leader_id);
  f.field("leader_epoch", x.leader_epoch, since(7));
  f.field("replica_nodes", x.replica_nodes);
  f.field("isr_nodes", x.isr_nodes);
  f.field("offline_replicas", x.offline_replicas, since(5));
}

void describe(auto& f, of<metadata_response::topic> auto& x) {
  f.field("error_code", x.error_code);
  f.field("name", x.name, nullable_since(12));
  f.field("topic_id", x.topic_id, since(10));
  f.field("is_internal", x.is_internal, since(1));
  f.field("partitions", x.partitions);
  f.field("topic_authorized_operations", x.topic_authorized_operations,
          since(8));
}

void describe(auto& f, of<metadata_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms, since(3));
  f.field("brokers", x.brokers);
  f.field("cluster_id", x.cluster_id, since(2));
  f.field("controller_id", x.controller_id, since(1));
  f.field("topics", x.topics);
  f.field("cluster_authorized_operations", x.cluster_authorized_operations,
          versions(8, 10));
}

} // namespace troupe::kafka
