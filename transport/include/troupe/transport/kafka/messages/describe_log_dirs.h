// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Asks for the data directories; null topics means all of them.
struct describe_log_dirs_request {
  static constexpr api_key api = api_key::describe_log_dirs;

  struct topic {
    std::string topic;
    std::vector<int32_t> partitions;
  };

  std::optional<std::vector<topic>> topics;
};

/// The data directories and the sizes of the partitions in them.
struct describe_log_dirs_response {
  static constexpr api_key api = api_key::describe_log_dirs;

  struct partition {
    int32_t partition_index = 0;
    int64_t partition_size = 0;
    int64_t offset_lag = 0;
    /// The copy that will replace the partition in another directory.
    bool is_future_key = false;
  };

  struct topic {
    std::string name;
    std::vector<partition> partitions;
  };

  struct result_entry {
    int16_t error_code = 0;
    std::string log_dir;
    std::vector<topic> topics;
    int64_t total_bytes = -1;
    int64_t usable_bytes = -1;
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::vector<result_entry> results;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
