// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/delete_topics.h>

namespace troupe::kafka {

void describe(auto& f, of<delete_topics_request::topic> auto& x) {
  f.field("name", x.name);
  f.field("topic_id", x.topic_id);
}

void describe(auto& f, of<delete_topics_request> auto& x) {
  f.field("topics", x.topics, since(6));
  f.field("topic_names", x.topic_names, versions(0, 5));
  f.field("timeout_ms", x.timeout_ms);
}

void describe(auto& f, of<delete_topics_response::response> auto& x) {
  f.field("name", x.name, nullable_since(6));
  f.field("topic_id", x.topic_id, since(6));
  f.field("error_code", x.error_code);
  f.field("error_message", x.error_message, since(5));
}

void describe(auto& f, of<delete_topics_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms, since(1));
  f.field("responses", x.responses);
}

} // namespace troupe::kafka
