// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/unregister_broker.h>

namespace troupe::kafka {

void describe(auto& f, of<unregister_broker_request> auto& x) {
  f.field("broker_id", x.broker_id);
}

void describe(auto& f, of<unregister_broker_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms);
  f.field("error_code", x.error_code);
  f.field("error_message", x.error_message);
}

} // namespace troupe::kafka
