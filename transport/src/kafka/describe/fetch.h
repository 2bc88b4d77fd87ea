// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/fetch.h>

namespace troupe::kafka {

void describe(auto& f, of<fetch_request::replica_id_and_epoch> auto& x) {
  f.field("replica_id", x.replica_id);
  f.field("replica_epoch", x.replica_epoch);
}

void describe(auto& f, of<fetch_request::partition> auto& x) {
  f.field("partition", x.partition);
  f.field("current_leader_epoch", x.current_leader_epoch, since(9));
  f.field("fetch_offset", x.fetch_offset);
  f.field("last_fetched_epoch", x.last_fetched_epoch, since(12));
  f.field("log_start_offset", x.log_start_offset, since(5));
  f.field("partition_max_bytes", x.partition_max_bytes);
  f.tagged(0, "replica_directory_id", x.replica_directory_id, since(17));
}

void describe(auto& f, of<fetch_request::topic> auto& x) {
  f.field("topic", x.topic, versions(0, 12));
  f.field("topic_id", x.topic_id, since(13));
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<fetch_request::forgotten_topic> auto& x) {
  f.field("topic", x.topic, versions(0, 12));
  f.field("topic_id", x.topic_id, since(13));
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<fetch_request> auto& x) {
  f.tagged(0, "cluster_id", x.cluster_id, since(12));
  f.field("replica_id", x.replica_id, versions(0, 14));
  f.tagged(1, "replica_state", x.replica_state, since(15));
  f.field("max_wait_ms", x.max_wait_ms);
  f.field("min_bytes", x.min_bytes);
  f.field("max_bytes", x.max_bytes);
  f.field("isolation_level", x.isolation_level);
  f.field("session_id", x.session_id, since(7));
  f.field("session_epoch", x.session_epoch, since(7));
  f.field("topics", x.topics);
  f.field("forgotten_topics_data", x.forgotten_topics_data, since(7));
  f.field("rack_id", x.rack_id, since(11));
}

void describe(auto& f, of<fetch_response::epoch_end_offset> auto& x) {
  f.field("epoch", x.epoch);
  f.field("end_offset", x.end_offset);
}

void describe(auto& f, of<fetch_response::leader_id_and_epoch> auto& x) {
  f.field("leader_id", x.leader_id);
  f.field("leader_epoch", x.leader_epoch);
}

void describe(auto& f, of<fetch_response::snapshot> auto& x) {
  f.field("end_offset", x.end_offset);
  f.field("epoch", x.epoch);
}

void describe(auto& f, of<fetch_response::aborted_transaction> auto& x) {
  f.field("producer_id", x.producer_id);
  f.field("first_offset", x.first_offset);
}

void describe(auto& f, of<fetch_response::partition> auto& x) {
  f.field("partition_index", x.partition_index);
  f.field("error_code", x.error_code);
  f.field("high_watermark", x.high_watermark);
  f.field("last_stable_offset", x.last_stable_offset);
  f.field("log_start_offset", x.log_start_offset, since(5));
  f.tagged(0, "diverging_epoch", x.diverging_epoch, since(12));
  f.tagged(1, "current_leader", x.current_leader, since(12));
  f.tagged(2, "snapshot_id", x.snapshot_id, since(12));
  f.field("aborted_transactions", x.aborted_transactions);
  f.field("preferred_read_replica", x.preferred_read_replica, since(11));
  f.field("records", x.records);
}

void describe(auto& f, of<fetch_response::topic> auto& x) {
  f.field("topic", x.topic, versions(0, 12));
  f.field("topic_id", x.topic_id, since(13));
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<fetch_response::node_endpoint> auto& x) {
  f.field("node_id", x.node_id);
  f.field("host", x.host);
  f.field("port", x.port);
  f.field("rack", x.rack);
}

void describe(auto& f, of<fetch_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms);
  f.field("error_code", x.error_code, since(7));
  f.field("session_id", x.session_id, since(7));
  f.field("responses", x.responses);
  f.tagged(0, "node_endpoints", x.node_endpoints, since(16));
}

} // namespace troupe::kafka
