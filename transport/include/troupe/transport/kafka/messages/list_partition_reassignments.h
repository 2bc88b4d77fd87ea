// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Asks which partitions are moving; null topics means all of them.
struct list_partition_reassignments_request {
  static constexpr api_key api = api_key::list_partition_reassignments;

  struct topic {
    std::string name;
    std::vector<int32_t> partition_indexes;
  };

  int32_t timeout_ms = 60000;
  std::optional<std::vector<topic>> topics;
};

/// The partitions that are moving, with old and new replicas.
struct list_partition_reassignments_response {
  static constexpr api_key api = api_key::list_partition_reassignments;

  struct partition {
    int32_t partition_index = 0;
    std::vector<int32_t> replicas;
    std::vector<int32_t> adding_replicas;
    std::vector<int32_t> removing_replicas;
  };

  struct topic {
    std::string name;
    std::vector<partition> partitions;
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message;
  std::vector<topic> topics;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
