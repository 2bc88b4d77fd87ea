// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/buffer.h>
#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Asks who is in groups and what they were assigned.
struct describe_groups_request {
  static constexpr api_key api = api_key::describe_groups;

  std::vector<std::string> groups;
  bool include_authorized_operations = false;
};

/// One entry per group asked for; unknown ones have the state "Dead".
struct describe_groups_response {
  static constexpr api_key api = api_key::describe_groups;

  struct member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::string client_id;
    std::string client_host;
    /// For the protocol in `protocol_data`.
    storage::buffer member_metadata;
    storage::buffer member_assignment;
  };

  struct group {
    int16_t error_code = 0;
    std::string group_id;
    std::string group_state;
    std::string protocol_type;
    /// Name of the protocol that the members voted for.
    std::string protocol_data;
    std::vector<member> members;
    int32_t authorized_operations = std::numeric_limits<int32_t>::min();
  };

  int32_t throttle_time_ms = 0;
  std::vector<group> groups;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
