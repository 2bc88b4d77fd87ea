// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/describe_acls.h>

namespace troupe::kafka {

void describe(auto& f, of<describe_acls_request> auto& x) {
  f.field("resource_type_filter", x.resource_type_filter);
  f.field("resource_name_filter", x.resource_name_filter);
  f.field("pattern_type_filter", x.pattern_type_filter, since(1));
  f.field("principal_filter", x.principal_filter);
  f.field("host_filter", x.host_filter);
  f.field("operation", x.operation);
  f.field("permission_type", x.permission_type);
}

void describe(auto& f, of<describe_acls_response::acl> auto& x) {
  f.field("principal", x.principal);
  f.field("host", x.host);
  f.field("operation", x.operation);
  f.field("permission_type", x.permission_type);
}

void describe(auto& f, of<describe_acls_response::resource> auto& x) {
  f.field("resource_type", x.resource_type);
  f.field("resource_name", x.resource_name);
  f.field("pattern_type", x.pattern_type, since(1));
  f.field("acls", x.acls);
}

void describe(auto& f, of<describe_acls_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms);
  f.field("error_code", x.error_code);
  f.field("error_message", x.error_message);
  f.field("resources", x.resources);
}

} // namespace troupe::kafka
