// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/api_versions.h>

namespace troupe::kafka {

void describe(auto& f, of<api_versions_request> auto& x) {
  f.field("client_software_name", x.client_software_name, since(3));
  f.field("client_software_version", x.client_software_version, since(3));
}

void describe(auto& f, of<api_versions_response::api_key_range> auto& x) {
  f.field("api_key", x.api_key);
  f.field("min_version", x.min_version);
  f.field("max_version", x.max_version);
}

void describe(auto& f, of<api_versions_response::supported_feature> auto& x) {
  f.field("name", x.name);
  f.field("min_version", x.min_version);
  f.field("max_version", x.max_version);
}

void describe(auto& f, of<api_versions_response::finalized_feature> auto& x) {
  f.field("name", x.name);
  f.field("max_version_level", x.max_version_level);
  f.field("min_version_level", x.min_version_level);
}

void describe(auto& f, of<api_versions_response> auto& x) {
  f.field("error_code", x.error_code);
  f.field("api_keys", x.api_keys);
  f.field("throttle_time_ms", x.throttle_time_ms, since(1));
  f.tagged(0, "supported_features", x.supported_features, since(3));
  f.tagged(1, "finalized_features_epoch", x.finalized_features_epoch, since(3),
           int64_t{-1});
  f.tagged(2, "finalized_features", x.finalized_features, since(3));
  f.tagged(3, "zk_migration_ready", x.zk_migration_ready, since(3));
}

} // namespace troupe::kafka
