// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// The first request of every client: which APIs do you speak?
struct api_versions_request {
  static constexpr api_key api = api_key::api_versions;

  std::string client_software_name;
  std::string client_software_version;
};

/// The ranges a client may use. Its response header is never flexible, and a
/// client that asked in too new a version gets version 0.
struct api_versions_response {
  static constexpr api_key api = api_key::api_versions;

  struct api_key_range {
    int16_t api_key = 0;
    int16_t min_version = 0;
    int16_t max_version = 0;
  };

  struct supported_feature {
    std::string name;
    int16_t min_version = 0;
    int16_t max_version = 0;
  };

  struct finalized_feature {
    std::string name;
    int16_t max_version_level = 0;
    int16_t min_version_level = 0;
  };

  int16_t error_code = 0;
  std::vector<api_key_range> api_keys;
  int32_t throttle_time_ms = 0;
  std::vector<supported_feature> supported_features;
  /// -1 when there are none.
  int64_t finalized_features_epoch = -1;
  std::vector<finalized_feature> finalized_features;
  bool zk_migration_ready = false;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
