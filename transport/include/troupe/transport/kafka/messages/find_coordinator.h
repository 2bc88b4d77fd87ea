// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Asks which broker coordinates a group or a transactional id.
struct find_coordinator_request {
  static constexpr api_key api = api_key::find_coordinator;

  /// Up to version 3, then coordinator_keys.
  std::string key;
  /// 0 group, 1 transaction.
  int8_t key_type = 0;
  std::vector<std::string> coordinator_keys;
};

/// The coordinators; up to version 3 a single one in the message itself.
struct find_coordinator_response {
  static constexpr api_key api = api_key::find_coordinator;

  struct coordinator {
    std::string key;
    int32_t node_id = 0;
    std::string host;
    int32_t port = 0;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message;
  int32_t node_id = 0;
  std::string host;
  int32_t port = 0;
  std::vector<coordinator> coordinators;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
