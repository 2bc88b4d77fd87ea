// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/describe_groups.h>

namespace troupe::kafka {

void describe(auto& f, of<describe_groups_request> auto& x) {
  f.field("groups", x.groups);
  f.field("include_authorized_operations", x.include_authorized_operations,
          since(3));
}

void describe(auto& f, of<describe_groups_response::member> auto& x) {
  f.field("member_id", x.member_id);
  f.field("group_instance_id", x.group_instance_id, since(4));
  f.field("client_id", x.client_id);
  f.field("client_host", x.client_host);
  f.field("member_metadata", x.member_metadata);
  f.field("member_assignment", x.member_assignment);
}

void describe(auto& f, of<describe_groups_response::group> auto& x) {
  f.field("error_code", x.error_code);
  f.field("group_id", x.group_id);
  f.field("group_state", x.group_state);
  f.field("protocol_type", x.protocol_type);
  f.field("protocol_data", x.protocol_data);
  f.field("members", x.members);
  f.field("authorized_operations", x.authorized_operations, since(3));
}

void describe(auto& f, of<describe_groups_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms, since(1));
  f.field("groups", x.groups);
}

} // namespace troupe::kafka
