// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Asks for the brokers and the controller.
struct describe_cluster_request {
  static constexpr api_key api = api_key::describe_cluster;

  bool include_cluster_authorized_operations = false;
  /// 1 brokers, 2 controllers.
  int8_t endpoint_type = 1;
};

/// The brokers and the controller.
struct describe_cluster_response {
  static constexpr api_key api = api_key::describe_cluster;

  struct broker {
    int32_t broker_id = 0;
    std::string host;
    int32_t port = 0;
    std::optional<std::string> rack;
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message;
  int8_t endpoint_type = 1;
  std::string cluster_id;
  int32_t controller_id = -1;
  std::vector<broker> brokers;
  int32_t cluster_authorized_operations = std::numeric_limits<int32_t>::min();
};

} // namespace troupe::kafka

#pragma GCC visibility pop
