// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Removes groups without members, and what they have committed.
struct delete_groups_request {
  static constexpr api_key api = api_key::delete_groups;

  std::vector<std::string> groups_names;
};

/// What became of each group.
struct delete_groups_response {
  static constexpr api_key api = api_key::delete_groups;

  struct result_entry {
    std::string group_id;
    int16_t error_code = 0;
  };

  int32_t throttle_time_ms = 0;
  std::vector<result_entry> results;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
