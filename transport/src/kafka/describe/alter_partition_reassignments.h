// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/alter_partition_reassignments.h>

namespace troupe::kafka {

void describe(auto& f,
              of<alter_partition_reassignments_request::partition> auto& x) {
  f.field("partition_index", x.partition_index);
  f.field("replicas", x.replicas);
}

void describe(auto& f,
              of<alter_partition_reassignments_request::topic> auto& x) {
  f.field("name", x.name);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<alter_partition_reassignments_request> auto& x) {
  f.field("timeout_ms", x.timeout_ms);
  f.field("allow_replication_factor_change", x.allow_replication_factor_change,
          since(1));
  f.field("topics", x.topics);
}

void describe(auto& f,
              of<alter_partition_reassignments_response::partition> auto& x) {
  f.field("partition_index", x.partition_index);
  f.field("error_code", x.error_code);
  f.field("error_message", x.error_message);
}

void describe(auto& f,
              of<alter_partition_reassignments_response::topic> auto& x) {
  f.field("name", x.name);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<alter_partition_reassignments_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms);
  f.field("allow_replication_factor_change", x.allow_replication_factor_change,
          since(1));
  f.field("error_code", x.error_code);
  f.field("error_message", x.error_message);
  f.field("responses", x.responses);
}

} // namespace troupe::kafka
