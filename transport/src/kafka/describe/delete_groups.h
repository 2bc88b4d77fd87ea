// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/delete_groups.h>

namespace troupe::kafka {

void describe(auto& f, of<delete_groups_request> auto& x) {
  f.field("groups_names", x.groups_names);
}

void describe(auto& f, of<delete_groups_response::result_entry> auto& x) {
  f.field("group_id", x.group_id);
  f.field("error_code", x.error_code);
}

void describe(auto& f, of<delete_groups_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms);
  f.field("results", x.results);
}

} // namespace troupe::kafka
