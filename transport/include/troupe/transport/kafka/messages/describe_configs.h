// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Asks for configuration values; null keys means all of them.
struct describe_configs_request {
  static constexpr api_key api = api_key::describe_configs;

  struct resource {
    int8_t resource_type = 0;
    std::string resource_name;
    /// Null means all.
    std::optional<std::vector<std::string>> configuration_keys;
  };

  std::vector<resource> resources;
  bool include_synonyms = false;
  bool include_documentation = false;
};

/// The values with where they come from.
struct describe_configs_response {
  static constexpr api_key api = api_key::describe_configs;

  struct synonym {
    std::string name;
    std::optional<std::string> value;
    int8_t source = 0;
  };

  struct config {
    std::string name;
    /// Null when it is sensitive.
    std::optional<std::string> value;
    bool read_only = false;
    /// Version 0 only, then config_source.
    bool is_default = false;
    int8_t config_source = -1;
    bool is_sensitive = false;
    std::vector<synonym> synonyms;
    int8_t config_type = 0;
    std::optional<std::string> documentation;
  };

  struct result_entry {
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    int8_t resource_type = 0;
    std::string resource_name;
    std::vector<config> configs;
  };

  int32_t throttle_time_ms = 0;
  std::vector<result_entry> results;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
