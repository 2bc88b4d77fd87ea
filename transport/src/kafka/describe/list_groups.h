// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/list_groups.h>

namespace troupe::kafka {

void describe(auto& f, of<list_groups_request> auto& x) {
  f.field("states_filter", x.states_filter, since(4));
  f.field("types_filter", x.types_filter, since(5));
}

void describe(auto& f, of<list_groups_response::group> auto& x) {
  f.field("group_id", x.group_id);
  f.field("protocol_type", x.protocol_type);
  f.field("group_state", x.group_state, since(4));
  f.field("group_type", x.group_type, since(5));
}

void describe(auto& f, of<list_groups_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms, since(1));
  f.field("error_code", x.error_code);
  f.field("groups", x.groups);
}

} // namespace troupe::kafka
