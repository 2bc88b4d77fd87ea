// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Takes members out of a group: up to version 2 the one who asks.
struct leave_group_request {
  static constexpr api_key api = api_key::leave_group;

  struct member {
    /// Empty when a tool removes a static member by its instance.
    std::string member_id;
    std::optional<std::string> group_instance_id;
    /// Why it leaves (KIP-800).
    std::optional<std::string> reason;
  };

  std::string group_id;
  std::string member_id;
  std::vector<member> members;
};

/// What became of each member; `error_code` is about the whole request.
struct leave_group_response {
  static constexpr api_key api = api_key::leave_group;

  struct member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    int16_t error_code = 0;
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::vector<member> members;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
