// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/produce.h>

namespace troupe::kafka {

void describe(auto& f, of<produce_request::partition> auto& x) {
  f.field("index", x.index);
  f.field("records", x.records);
}

void describe(auto& f, of<produce_request::topic> auto& x) {
  f.field("name", x.name);
  f.field("partition_data", x.partition_data);
}

void describe(auto& f, of<produce_request> auto& x) {
  f.field("transactional_id", x.transactional_id);
  f.field("acks", x.acks);
  f.field("timeout_ms", x.timeout_ms);
  f.field("topic_data", x.topic_data);
}

void describe(auto& f, of<produce_response::record_error> auto& x) {
  f.field("batch_index", x.batch_index);
  f.field("batch_index_error_message", x.batch_index_error_message);
}

void describe(auto& f, of<produce_response::leader_id_and_epoch> auto& x) {
  f.field("leader_id", x.leader_id);
  f.field("leader_epoch", x.leader_epoch);
}

void describe(auto& f, of<produce_response::partition> auto& x) {
  f.field("index", x.index);
  f.field("error_code", x.error_code);
  f.field("base_offset", x.base_offset);
  f.field("log_append_time_ms", x.log_append_time_ms);
  f.field("log_start_offset", x.log_start_offset, since(5));
  f.field("record_errors", x.record_errors, since(8));
  f.field("error_message", x.error_message, since(8));
  f.tagged(0, "current_leader", x.current_leader, since(10));
}

void describe(auto& f, of<produce_response::topic> auto& x) {
  f.field("name", x.name);
  f.field("partition_responses", x.partition_responses);
}

void describe(auto& f, of<produce_response::node_endpoint> auto& x) {
  f.field("node_id", x.node_id);
  f.field("host", x.host);
  f.field("port", x.port);
  f.field("rack", x.rack);
}

void describe(auto& f, of<produce_response> auto& x) {
  f.field("responses", x.responses);
  f.field("throttle_time_ms", x.throttle_time_ms);
  f.tagged(0, "node_endpoints", x.node_endpoints, since(10));
}

} // namespace troupe::kafka
