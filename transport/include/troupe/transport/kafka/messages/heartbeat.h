// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <optional>
#include <string>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// A member of a group is alive.
struct heartbeat_request {
  static constexpr api_key api = api_key::heartbeat;

  std::string group_id;
  int32_t generation_id = 0;
  std::string member_id;
  std::optional<std::string> group_instance_id;
};

/// Whether it still belongs to the group, or has to join again.
struct heartbeat_response {
  static constexpr api_key api = api_key::heartbeat;

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
