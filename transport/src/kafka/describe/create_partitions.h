// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/create_partitions.h>

namespace troupe::kafka {

void describe(auto& f, of<create_partitions_request::assignment> auto& x) {
  f.field("broker_ids", x.broker_ids);
}

void describe(auto& f, of<create_partitions_request::topic> auto& x) {
  f.field("name", x.name);
  f.field("count", x.count);
  f.field("assignments", x.assignments);
}

void describe(auto& f, of<create_partitions_request> auto& x) {
  f.field("topics", x.topics);
  f.field("timeout_ms", x.timeout_ms);
  f.field("validate_only", x.validate_only);
}

void describe(auto& f, of<create_partitions_response::result_entry> auto& x) {
  f.field("name", x.name);
  f.field("error_code", x.error_code);
  f.field("error_message", x.error_message);
}

void describe(auto& f, of<create_partitions_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms);
  f.field("results", x.results);
}

} // namespace troupe::kafka
