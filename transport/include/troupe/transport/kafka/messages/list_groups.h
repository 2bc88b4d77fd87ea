// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Asks for the groups that this broker coordinates. Empty filters let
/// everything pass; upper and lower case are the same to them.
struct list_groups_request {
  static constexpr api_key api = api_key::list_groups;

  std::vector<std::string> states_filter;
  std::vector<std::string> types_filter;
};

/// The groups, without their members.
struct list_groups_response {
  static constexpr api_key api = api_key::list_groups;

  struct group {
    std::string group_id;
    std::string protocol_type;
    std::string group_state;
    /// "classic" or "consumer".
    std::string group_type;
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::vector<group> groups;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
