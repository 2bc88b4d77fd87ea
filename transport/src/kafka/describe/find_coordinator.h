// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/find_coordinator.h>

namespace troupe::kafka {

void describe(auto& f, of<find_coordinator_request> auto& x) {
  f.field("key", x.key, versions(0, 3));
  f.field("key_type", x.key_type, since(1));
  f.field("coordinator_keys", x.coordinator_keys, since(4));
}

void describe(auto& f, of<find_coordinator_response::coordinator> auto& x) {
  f.field("key", x.key);
  f.field("node_id", x.node_id);
  f.field("host", x.host);
  f.field("port", x.port);
  f.field("error_code", x.error_code);
  f.field("error_message", x.error_message);
}

void describe(auto& f, of<find_coordinator_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms, since(1));
  f.field("error_code", x.error_code, versions(0, 3));
  f.field("error_message", x.error_message, versions(1, 3));
  f.field("node_id", x.node_id, versions(0, 3));
  f.field("host", x.host, versions(0, 3));
  f.field("port", x.port, versions(0, 3));
  f.field("coordinators", x.coordinators, since(4));
}

} // namespace troupe::kafka
