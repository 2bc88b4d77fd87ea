// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/heartbeat.h>

namespace troupe::kafka {

void describe(auto& f, of<heartbeat_request> auto& x) {
  f.field("group_id", x.group_id);
  f.field("generation_id", x.generation_id);
  f.field("member_id", x.member_id);
  f.field("group_instance_id", x.group_instance_id, since(3));
}

void describe(auto& f, of<heartbeat_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms, since(1));
  f.field("error_code", x.error_code);
}

} // namespace troupe::kafka
