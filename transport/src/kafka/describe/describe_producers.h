// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/describe_producers.h>

namespace troupe::kafka {

void describe(auto& f, of<describe_producers_request::topic> auto& x) {
  f.field("name", x.name);
  f.field("partition_indexes", x.partition_indexes);
}

void describe(auto& f, of<describe_producers_request> auto& x) {
  f.field("topics", x.topics);
}

void describe(auto& f,
              of<describe_producers_response::active_producer> auto& x) {
  f.field("producer_id", x.producer_id);
  f.field("producer_epoch", x.producer_epoch);
  f.field("last_sequence", x.last_sequence);
  f.field("last_timestamp", x.last_timestamp);
  f.field("coordinator_epoch", x.coordinator_epoch);
  f.field("current_txn_start_offset", x.current_txn_start_offset);
}

void describe(auto& f, of<describe_producers_response::partition> auto& x) {
  f.field("partition_index", x.partition_index);
  f.field("error_code", x.error_code);
  f.field("error_message", x.error_message);
  f.field("active_producers", x.active_producers);
}

void describe(auto& f, of<describe_producers_response::topic> auto& x) {
  f.field("name", x.name);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<describe_producers_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms);
  f.field("topics", x.topics);
}

} // namespace troupe::kafka
