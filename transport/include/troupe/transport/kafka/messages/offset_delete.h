// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Makes a group forget offsets of topics that it does not read (KIP-496).
struct offset_delete_request {
  static constexpr api_key api = api_key::offset_delete;

  struct partition {
    int32_t partition_index = 0;
  };

  struct topic {
    std::string name;
    std::vector<partition> partitions;
  };

  std::string group_id;
  std::vector<topic> topics;
};

/// What became of each; `error_code` is about the whole group.
struct offset_delete_response {
  static constexpr api_key api = api_key::offset_delete;

  struct partition {
    int32_t partition_index = 0;
    int16_t error_code = 0;
  };

  struct topic {
    std::string name;
    std::vector<partition> partitions;
  };

  int16_t error_code = 0;
  int32_t throttle_time_ms = 0;
  std::vector<topic> topics;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
