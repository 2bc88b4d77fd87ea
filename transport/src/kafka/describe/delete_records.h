// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/delete_records.h>

namespace troupe::kafka {

void describe(auto& f, of<delete_records_request::partition> auto& x) {
  f.field("partition_index", x.partition_index);
  f.field("offset", x.offset);
}

void describe(auto& f, of<delete_records_request::topic> auto& x) {
  f.field("name", x.name);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<delete_records_request> auto& x) {
  f.field("topics", x.topics);
  f.field("timeout_ms", x.timeout_ms);
}

void describe(auto& f, of<delete_records_response::partition> auto& x) {
  f.field("partition_index", x.partition_index);
  f.field("low_watermark", x.low_watermark);
  f.field("error_code", x.error_code);
}

void describe(auto& f, of<delete_records_response::topic> auto& x) {
  f.field("name", x.name);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<delete_records_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms);
  f.field("topics", x.topics);
}

} // namespace troupe::kafka
