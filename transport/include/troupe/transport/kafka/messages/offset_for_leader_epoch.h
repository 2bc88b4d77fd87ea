// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Asks where a leader epoch ended, to find out whether a log diverged.
struct offset_for_leader_epoch_request {
  static constexpr api_key api = api_key::offset_for_leader_epoch;

  struct partition {
    int32_t partition = 0;
    int32_t current_leader_epoch = -1;
    int32_t leader_epoch = 0;
  };

  struct topic {
    std::string topic;
    std::vector<partition> partitions;
  };

  /// -1 for consumers, -2 for tools.
  int32_t replica_id = -2;
  std::vector<topic> topics;
};

/// The largest epoch not above the asked one, and its end offset.
struct offset_for_leader_epoch_response {
  static constexpr api_key api = api_key::offset_for_leader_epoch;

  struct partition {
    int16_t error_code = 0;
    int32_t partition = 0;
    int32_t leader_epoch = -1;
    int64_t end_offset = -1;
  };

  struct topic {
    std::string topic;
    std::vector<partition> partitions;
  };

  int32_t throttle_time_ms = 0;
  std::vector<topic> topics;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
