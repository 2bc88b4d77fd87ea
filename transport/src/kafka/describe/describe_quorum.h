// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/describe_quorum.h>

namespace troupe::kafka {

void describe(auto& f, of<describe_quorum_request::partition> auto& x) {
  f.field("partition_index", x.partition_index);
}

void describe(auto& f, of<describe_quorum_request::topic> auto& x) {
  f.field("topic_name", x.topic_name);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<describe_quorum_request> auto& x) {
  f.field("topics", x.topics);
}

void describe(auto& f, of<describe_quorum_response::replica> auto& x) {
  f.field("replica_id", x.replica_id);
  f.field("replica_directory_id", x.replica_directory_id, since(2));
  f.field("log_end_offset", x.log_end_offset);
  f.field("last_fetch_timestamp", x.last_fetch_timestamp, since(1));
  f.field("last_caught_up_timestamp", x.last_caught_up_timestamp, since(1));
}

void describe(auto& f, of<describe_quorum_response::partition> auto& x) {
  f.field("partition_index", x.partition_index);
  f.field("error_code", x.error_code);
  f.field("error_message", x.error_message, since(2));
  f.field("leader_id", x.leader_id);
  f.field("leader_epoch", x.leader_epoch);
  f.field("high_watermark", x.high_watermark);
  f.field("current_voters", x.current_voters);
  f.field("observers", x.observers);
}

void describe(auto& f, of<describe_quorum_response::topic> auto& x) {
  f.field("topic_name", x.topic_name);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<describe_quorum_response::listener> auto& x) {
  f.field("name", x.name);
  f.field("host", x.host);
  f.field("port", x.port);
}

void describe(auto& f, of<describe_quorum_response::node> auto& x) {
  f.field("node_id", x.node_id);
  f.field("listeners", x.listeners);
}

void describe(auto& f, of<describe_quorum_response> auto& x) {
  f.field("error_code", x.error_code);
  f.field("error_message", x.error_message, since(2));
  f.field("topics", x.topics);
  f.field("nodes", x.nodes, since(2));
}

} // namespace troupe::kafka
