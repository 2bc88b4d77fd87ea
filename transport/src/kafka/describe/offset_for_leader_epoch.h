// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/offset_for_leader_epoch.h>

namespace troupe::kafka {

void describe(auto& f, of<offset_for_leader_epoch_request::partition> auto& x) {
  f.field("partition", x.partition);
  f.field("current_leader_epoch", x.current_leader_epoch);
  f.field("leader_epoch", x.leader_epoch);
}

void describe(auto& f, of<offset_for_leader_epoch_request::topic> auto& x) {
  f.field("topic", x.topic);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<offset_for_leader_epoch_request> auto& x) {
  f.field("replica_id", x.replica_id, since(3));
  f.field("topics", x.topics);
}

void describe(auto& f,
              of<offset_for_leader_epoch_response::partition> auto& x) {
  f.field("error_code", x.error_code);
  f.field("partition", x.partition);
  f.field("leader_epoch", x.leader_epoch);
  f.field("end_offset", x.end_offset);
}

void describe(auto& f, of<offset_for_leader_epoch_response::topic> auto& x) {
  f.field("topic", x.topic);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<offset_for_leader_epoch_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms);
  f.field("topics", x.topics);
}

} // namespace troupe::kafka
