// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Asks the leaders of partitions for their active producers.
struct describe_producers_request {
  static constexpr api_key api = api_key::describe_producers;

  struct topic {
    std::string name;
    std::vector<int32_t> partition_indexes;
  };

  std::vector<topic> topics;
};

/// The producers that a partition remembers.
struct describe_producers_response {
  static constexpr api_key api = api_key::describe_producers;

  struct active_producer {
    int64_t producer_id = 0;
    int32_t producer_epoch = 0;
    int32_t last_sequence = -1;
    int64_t last_timestamp = -1;
    int32_t coordinator_epoch = 0;
    int64_t current_txn_start_offset = -1;
  };

  struct partition {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::vector<active_producer> active_producers;
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
