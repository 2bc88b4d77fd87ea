// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/describe_log_dirs.h>

namespace troupe::kafka {

void describe(auto& f, of<describe_log_dirs_request::topic> auto& x) {
  f.field("topic", x.topic);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<describe_log_dirs_request> auto& x) {
  f.field("topics", x.topics);
}

void describe(auto& f, of<describe_log_dirs_response::partition> auto& x) {
  f.field("partition_index", x.partition_index);
  f.field("partition_size", x.partition_size);
  f.field("offset_lag", x.offset_lag);
  f.field("is_future_key", x.is_future_key);
}

void describe(auto& f, of<describe_log_dirs_response::topic> auto& x) {
  f.field("name", x.name);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<describe_log_dirs_response::result_entry> auto& x) {
  f.field("error_code", x.error_code);
  f.field("log_dir", x.log_dir);
  f.field("topics", x.topics);
  f.field("total_bytes", x.total_bytes, since(4));
  f.field("usable_bytes", x.usable_bytes, since(4));
}

void describe(auto& f, of<describe_log_dirs_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms);
  f.field("error_code", x.error_code, since(3));
  f.field("results", x.results);
}

} // namespace troupe::kafka
