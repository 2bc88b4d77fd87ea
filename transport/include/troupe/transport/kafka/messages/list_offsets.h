// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Asks for the offset that belongs to a timestamp, or to one of the special
/// timestamps (-1 latest, -2 earliest, ...).
struct list_offsets_request {
  static constexpr api_key api = api_key::list_offsets;

  struct partition {
    int32_t partition_index = 0;
    int32_t current_leader_epoch = -1;
    int64_t timestamp = 0;
  };

  struct topic {
    std::string name;
    std::vector<partition> partitions;
  };

  /// -1 for consumers.
  int32_t replica_id = 0;
  int8_t isolation_level = 0;
  std::vector<topic> topics;
};

/// The offset found for each partition; -1 where there is none.
struct list_offsets_response {
  static constexpr api_key api = api_key::list_offsets;

  struct partition {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    int64_t timestamp = -1;
    int64_t offset = -1;
    int32_t leader_epoch = -1;
  };

  struct topic {
    std::string name;
    std::vector<partition> partitions;
  };

  int32_t throttle_time_ms = 0;
  std::vector<topic> topics;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
