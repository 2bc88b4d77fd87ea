// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/describe_configs.h>

namespace troupe::kafka {

void describe(auto& f, of<describe_configs_request::resource> auto& x) {
  f.field("resource_type", x.resource_type);
  f.field("resource_name", x.resource_name);
  f.field("configuration_keys", x.configuration_keys);
}

void describe(auto& f, of<describe_configs_request> auto& x) {
  f.field("resources", x.resources);
  f.field("include_synonyms", x.include_synonyms, since(1));
  f.field("include_documentation", x.include_documentation, since(3));
}

void describe(auto& f, of<describe_configs_response::synonym> auto& x) {
  f.field("name", x.name);
  f.field("value", x.value);
  f.field("source", x.source);
}

void describe(auto& f, of<describe_configs_response::config> auto& x) {
  f.field("name", x.name);
  f.field("value", x.value);
  f.field("read_only", x.read_only);
  f.field("is_default", x.is_default, versions(0, 0));
  f.field("config_source", x.config_source, since(1));
  f.field("is_sensitive", x.is_sensitive);
  f.field("synonyms", x.synonyms, since(1));
  f.field("config_type", x.config_type, since(3));
  f.field("documentation", x.documentation, since(3));
}

void describe(auto& f, of<describe_configs_response::result_entry> auto& x) {
  f.field("error_code", x.error_code);
  f.field("error_message", x.error_message);
  f.field("resource_type", x.resource_type);
  f.field("resource_name", x.resource_name);
  f.field("configs", x.configs);
}

void describe(auto& f, of<describe_configs_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms);
  f.field("results", x.results);
}

} // namespace troupe::kafka
