// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Replaces all overrides of a resource.
struct alter_configs_request {
  static constexpr api_key api = api_key::alter_configs;

  struct config {
    std::string name;
    std::optional<std::string> value;
  };

  struct resource {
    int8_t resource_type = 0;
    std::string resource_name;
    std::vector<config> configs;
  };

  std::vector<resource> resources;
  bool validate_only = false;
};

/// What became of each resource.
struct alter_configs_response {
  static constexpr api_key api = api_key::alter_configs;

  struct response {
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    int8_t resource_type = 0;
    std::string resource_name;
  };

  int32_t throttle_time_ms = 0;
  std::vector<response> responses;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
