// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/leave_group.h>

namespace troupe::kafka {

void describe(auto& f, of<leave_group_request::member> auto& x) {
  f.field("member_id", x.member_id);
  f.field("group_instance_id", x.group_instance_id);
  f.field("reason", x.reason, since(5));
}

void describe(auto& f, of<leave_group_request> auto& x) {
  f.field("group_id", x.group_id);
  f.field("member_id", x.member_id, versions(0, 2));
  f.field("members", x.members, since(3));
}

void describe(auto& f, of<leave_group_response::member> auto& x) {
  f.field("member_id", x.member_id);
  f.field("group_instance_id", x.group_instance_id);
  f.field("error_code", x.error_code);
}

void describe(auto& f, of<leave_group_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms, since(1));
  f.field("error_code", x.error_code);
  f.field("members", x.members, since(3));
}

} // namespace troupe::kafka
