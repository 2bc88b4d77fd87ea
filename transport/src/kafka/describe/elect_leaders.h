// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/elect_leaders.h>

namespace troupe::kafka {

void describe(auto& f, of<elect_leaders_request::topic> auto& x) {
  f.field("topic", x.topic);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<elect_leaders_request> auto& x) {
  f.field("election_type", x.election_type, since(1));
  f.field("topic_partitions", x.topic_partitions);
  f.field("timeout_ms", x.timeout_ms);
}

void describe(auto& f, of<elect_leaders_response::partition> auto& x) {
  f.field("partition_id", x.partition_id);
  f.field("error_code", x.error_code);
  f.field("error_message", x.error_message);
}

void describe(auto& f, of<elect_leaders_response::topic> auto& x) {
  f.field("topic", x.topic);
  f.field("partition_result", x.partition_result);
}

void describe(auto& f, of<elect_leaders_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms);
  f.field("error_code", x.error_code, since(1));
  f.field("replica_election_results", x.replica_election_results);
}

} // namespace troupe::kafka
