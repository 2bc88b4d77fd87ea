// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/list_offsets.h>

namespace troupe::kafka {

void describe(auto& f, of<list_offsets_request::partition> auto& x) {
  f.field("partition_index", x.partition_index);
  f.field("current_leader_epoch", x.current_leader_epoch, since(4));
  f.field("timestamp", x.timestamp);
}

void describe(auto& f, of<list_offsets_request::topic> auto& x) {
  f.field("name", x.name);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<list_offsets_request> auto& x) {
  f.field("replica_id", x.replica_id);
  f.field("isolation_level", x.isolation_level, since(2));
  f.field("topics", x.topics);
}

void describe(auto& f, of<list_offsets_response::partition> auto& x) {
  f.field("partition_index", x.partition_index);
  f.field("error_code", x.error_code);
  f.field("timestamp", x.timestamp);
  f.field("offset", x.offset);
  f.field("leader_epoch", x.leader_epoch, since(4));
}

void describe(auto& f, of<list_offsets_response::topic> auto& x) {
  f.field("name", x.name);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<list_offsets_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms, since(2));
  f.field("topics", x.topics);
}

} // namespace troupe::kafka
