// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/buffer.h>
#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Asks for the member's assignment. The leader brings everybody's.
struct sync_group_request {
  static constexpr api_key api = api_key::sync_group;

  struct member_assignment {
    std::string member_id;
    /// Opaque to the broker; a slice of the request frame.
    storage::buffer assignment;
  };

  std::string group_id;
  int32_t generation_id = 0;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  std::vector<member_assignment> assignments;
};

/// The member's assignment, as the leader wrote it.
struct sync_group_response {
  static constexpr api_key api = api_key::sync_group;

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  storage::buffer assignment;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
