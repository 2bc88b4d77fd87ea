// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/describe_cluster.h>

namespace troupe::kafka {

void describe(auto& f, of<describe_cluster_request> auto& x) {
  f.field("include_cluster_authorized_operations",
          x.include_cluster_authorized_operations);
  f.field("endpoint_type", x.endpoint_type, since(1));
}

void describe(auto& f, of<describe_cluster_response::broker> auto& x) {
  f.field("broker_id", x.broker_id);
  f.field("host", x.host);
  f.field("port", x.port);
  f.field("rack", x.rack);
}

void describe(auto& f, of<describe_cluster_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms);
  f.field("error_code", x.error_code);
  f.field("error_message", x.error_message);
  f.field("endpoint_type", x.endpoint_type, since(1));
  f.field("cluster_id", x.cluster_id);
  f.field("controller_id", x.controller_id);
  f.field("brokers", x.brokers);
  f.field("cluster_authorized_operations", x.cluster_authorized_operations);
}

} // namespace troupe::kafka
