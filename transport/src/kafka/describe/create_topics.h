// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/create_topics.h>

namespace troupe::kafka {

void describe(auto& f, of<create_topics_request::assignment> auto& x) {
  f.field("partition_index", x.partition_index);
  f.field("broker_ids", x.broker_ids);
}

void describe(auto& f, of<create_topics_request::config> auto& x) {
  f.field("name", x.name);
  f.field("value", x.value);
}

void describe(auto& f, of<create_topics_request::topic> auto& x) {
  f.field("name", x.name);
  f.field("num_partitions", x.num_partitions);
  f.field("replication_factor", x.replication_factor);
  f.field("assignments", x.assignments);
  f.field("configs", x.configs);
}

void describe(auto& f, of<create_topics_request> auto& x) {
  f.field("topics", x.topics);
  f.field("timeout_ms", x.timeout_ms);
  f.field("validate_only", x.validate_only, since(1));
}

void describe(auto& f, of<create_topics_response::config> auto& x) {
  f.field("name", x.name);
  f.field("value", x.value);
  f.field("read_only", x.read_only);
  f.field("config_source", x.config_source);
  f.field("is_sensitive", x.is_sensitive);
}

void describe(auto& f, of<create_topics_response::topic> auto& x) {
  f.field("name", x.name);
  f.field("topic_id", x.topic_id, since(7));
  f.field("error_code", x.error_code);
  f.field("error_message", x.error_message, since(1));
  f.tagged(0, "topic_config_error_code", x.topic_config_error_code, since(5));
  f.field("num_partitions", x.num_partitions, since(5));
  f.field("replication_factor", x.replication_factor, since(5));
  f.field("configs", x.configs, since(5));
}

void describe(auto& f, of<create_topics_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms, since(2));
  f.field("topics", x.topics);
}

} // namespace troupe::kafka
