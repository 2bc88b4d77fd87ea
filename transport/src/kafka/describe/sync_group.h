// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/sync_group.h>

namespace troupe::kafka {

void describe(auto& f, of<sync_group_request::member_assignment> auto& x) {
  f.field("member_id", x.member_id);
  f.field("assignment", x.assignment);
}

void describe(auto& f, of<sync_group_request> auto& x) {
  f.field("group_id", x.group_id);
  f.field("generation_id", x.generation_id);
  f.field("member_id", x.member_id);
  f.field("group_instance_id", x.group_instance_id, since(3));
  f.field("protocol_type", x.protocol_type, since(5));
  f.field("protocol_name", x.protocol_name, since(5));
  f.field("assignments", x.assignments);
}

void describe(auto& f, of<sync_group_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms, since(1));
  f.field("error_code", x.error_code);
  f.field("protocol_type", x.protocol_type, since(5));
  f.field("protocol_name", x.protocol_name, since(5));
  f.field("assignment", x.assignment);
}

} // namespace troupe::kafka
