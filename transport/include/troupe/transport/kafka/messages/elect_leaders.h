// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Makes the preferred replica (or, unclean, any live one) the leader; null
/// partitions means all of them.
struct elect_leaders_request {
  static constexpr api_key api = api_key::elect_leaders;

  struct topic {
    std::string topic;
    std::vector<int32_t> partitions;
  };

  /// 0 preferred, 1 unclean; version 0 knows only the first.
  int8_t election_type = 0;
  std::optional<std::vector<topic>> topic_partitions;
  int32_t timeout_ms = 60000;
};

/// What became of each election.
struct elect_leaders_response {
  static constexpr api_key api = api_key::elect_leaders;

  struct partition {
    int32_t partition_id = 0;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
  };

  struct topic {
    std::string topic;
    std::vector<partition> partition_result;
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::vector<topic> replica_election_results;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
