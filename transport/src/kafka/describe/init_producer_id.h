// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/init_producer_id.h>

namespace troupe::kafka {

void describe(auto& f, of<init_producer_id_request> auto& x) {
  f.field("transactional_id", x.transactional_id);
  f.field("transaction_timeout_ms", x.transaction_timeout_ms);
  f.field("producer_id", x.producer_id, since(3));
  f.field("producer_epoch", x.producer_epoch, since(3));
}

void describe(auto& f, of<init_producer_id_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms);
  f.field("error_code", x.error_code);
  f.field("producer_id", x.producer_id);
  f.field("producer_epoch", x.producer_epoch);
}

} // namespace troupe::kafka
