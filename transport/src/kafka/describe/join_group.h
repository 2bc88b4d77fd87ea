// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/join_group.h>

namespace troupe::kafka {

void describe(auto& f, of<join_group_request::protocol> auto& x) {
  f.field("name", x.name);
  f.field("metadata", x.metadata);
}

void describe(auto& f, of<join_group_request> auto& x) {
  f.field("group_id", x.group_id);
  f.field("session_timeout_ms", x.session_timeout_ms);
  f.field("rebalance_timeout_ms", x.rebalance_timeout_ms, since(1));
  f.field("member_id", x.member_id);
  f.field("group_instance_id", x.group_instance_id, since(5));
  f.field("protocol_type", x.protocol_type);
  f.field("protocols", x.protocols);
  f.field("reason", x.reason, since(8));
}

void describe(auto& f, of<join_group_response::member> auto& x) {
  f.field("member_id", x.member_id);
  f.field("group_instance_id", x.group_instance_id, since(5));
  f.field("metadata", x.metadata);
}

void describe(auto& f, of<join_group_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms, since(2));
  f.field("error_code", x.error_code);
  f.field("generation_id", x.generation_id);
  f.field("protocol_type", x.protocol_type, since(7));
  f.field("protocol_name", x.protocol_name, nullable_since(7));
  f.field("leader", x.leader);
  f.field("skip_assignment", x.skip_assignment, since(9));
  f.field("member_id", x.member_id);
  f.field("members", x.members);
}

} // namespace troupe::kafka
