// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/describe_topic_partitions.h>

namespace troupe::kafka {

void describe(auto& f, of<describe_topic_partitions_request::topic> auto& x) {
  f.field("name", x.name);
}

void describe(auto& f, of<topic_partition_cursor> auto& x) {
  f.field("topic_name", x.topic_name);
  f.field("partition_index", x.partition_index);
}

void describe(auto& f, of<describe_topic_partitions_request> auto& x) {
  f.field("topics", x.topics);
  f.field("response_partition_limit", x.response_partition_limit);
  f.field("cursor", x.cursor);
}

void describe(auto& f,
              of<describe_topic_partitions_response::partition> auto& x) {
  f.field("error_code", x.error_code);
  f.field("partition_index", x.partition_index);
  f.field("leader_id", x.leader_id);
  f.field("leader_epoch", x.leader_epoch);
  f.field("replica_nodes", x.replica_nodes);
  f.field("isr_nodes", x.isr_nodes);
  f.field("eligible_leader_replicas", x.eligible_leader_replicas);
  f.field("last_known_elr", x.last_known_elr);
  f.field("offline_replicas", x.offline_replicas);
}

void describe(auto& f, of<describe_topic_partitions_response::topic> auto& x) {
  f.field("error_code", x.error_code);
  f.field("name", x.name);
  f.field("topic_id", x.topic_id);
  f.field("is_internal", x.is_internal);
  f.field("partitions", x.partitions);
  f.field("topic_authorized_operations", x.topic_authorized_operations);
}

void describe(auto& f, of<describe_topic_partitions_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms);
  f.field("topics", x.topics);
  f.field("next_cursor", x.next_cursor);
}

} // namespace troupe::kafka
