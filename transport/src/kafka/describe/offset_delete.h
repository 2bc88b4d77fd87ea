// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/offset_delete.h>

namespace troupe::kafka {

void describe(auto& f, of<offset_delete_request::partition> auto& x) {
  f.field("partition_index", x.partition_index);
}

void describe(auto& f, of<offset_delete_request::topic> auto& x) {
  f.field("name", x.name);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<offset_delete_request> auto& x) {
  f.field("group_id", x.group_id);
  f.field("topics", x.topics);
}

void describe(auto& f, of<offset_delete_response::partition> auto& x) {
  f.field("partition_index", x.partition_index);
  f.field("error_code", x.error_code);
}

void describe(auto& f, of<offset_delete_response::topic> auto& x) {
  f.field("name", x.name);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<offset_delete_response> auto& x) {
  f.field("error_code", x.error_code);
  f.field("throttle_time_ms", x.throttle_time_ms);
  f.field("topics", x.topics);
}

} // namespace troupe::kafka
