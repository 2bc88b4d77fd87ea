// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/alter_configs.h>

namespace troupe::kafka {

void describe(auto& f, of<alter_configs_request::config> auto& x) {
  f.field("name", x.name);
  f.field("value", x.value);
}

void describe(auto& f, of<alter_configs_request::resource> auto& x) {
  f.field("resource_type", x.resource_type);
  f.field("resource_name", x.resource_name);
  f.field("configs", x.configs);
}

void describe(auto& f, of<alter_configs_request> auto& x) {
  f.field("resources", x.resources);
  f.field("validate_only", x.validate_only);
}

void describe(auto& f, of<alter_configs_response::response> auto& x) {
  f.field("error_code", x.error_code);
  f.field("error_message", x.error_message);
  f.field("resource_type", x.resource_type);
  f.field("resource_name", x.resource_name);
}

void describe(auto& f, of<alter_configs_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms);
  f.field("responses", x.responses);
}

} // namespace troupe::kafka
