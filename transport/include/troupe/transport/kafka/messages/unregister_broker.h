// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <optional>
#include <string>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Takes a node that will not come back out of the cluster.
struct unregister_broker_request {
  static constexpr api_key api = api_key::unregister_broker;

  int32_t broker_id = 0;
};

/// Whether the cluster has forgotten it.
struct unregister_broker_response {
  static constexpr api_key api = api_key::unregister_broker;

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
