// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Raises the number of partitions of topics.
struct create_partitions_request {
  static constexpr api_key api = api_key::create_partitions;

  struct assignment {
    std::vector<int32_t> broker_ids;
  };

  struct topic {
    std::string name;
    /// The new total.
    int32_t count = 0;
    /// Replicas of the new partitions; null lets the broker choose.
    std::optional<std::vector<assignment>> assignments;
  };

  std::vector<topic> topics;
  int32_t timeout_ms = 0;
  bool validate_only = false;
};

/// What became of each topic.
struct create_partitions_response {
  static constexpr api_key api = api_key::create_partitions;

  struct result_entry {
    std::string name;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
  };

  int32_t throttle_time_ms = 0;
  std::vector<result_entry> results;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
