// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Moves partitions to other replicas, or gives a move up.
struct alter_partition_reassignments_request {
  static constexpr api_key api = api_key::alter_partition_reassignments;

  struct partition {
    int32_t partition_index = 0;
    /// Null gives up the move that is under way.
    std::optional<std::vector<int32_t>> replicas;
  };

  struct topic {
    std::string name;
    std::vector<partition> partitions;
  };

  int32_t timeout_ms = 60000;
  bool allow_replication_factor_change = true;
  std::vector<topic> topics;
};

/// Which moves began.
struct alter_partition_reassignments_response {
  static constexpr api_key api = api_key::alter_partition_reassignments;

  struct partition {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
  };

  struct topic {
    std::string name;
    std::vector<partition> partitions;
  };

  int32_t throttle_time_ms = 0;
  bool allow_replication_factor_change = true;
  int16_t error_code = 0;
  std::optional<std::string> error_message;
  std::vector<topic> responses;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
