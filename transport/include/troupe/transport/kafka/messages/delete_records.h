// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Moves the start of partitions forward; -1 means up to the high watermark.
struct delete_records_request {
  static constexpr api_key api = api_key::delete_records;

  struct partition {
    int32_t partition_index = 0;
    /// The first offset to keep; -1 means the high watermark.
    int64_t offset = 0;
  };

  struct topic {
    std::string name;
    std::vector<partition> partitions;
  };

  std::vector<topic> topics;
  int32_t timeout_ms = 0;
};

/// The new start of each partition.
struct delete_records_response {
  static constexpr api_key api = api_key::delete_records;

  struct partition {
    int32_t partition_index = 0;
    /// The log start offset now.
    int64_t low_watermark = 0;
    int16_t error_code = 0;
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
