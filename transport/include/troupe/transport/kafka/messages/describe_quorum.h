// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>
#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Asks who votes on the metadata, who follows it, and how far each has come.
struct describe_quorum_request {
  static constexpr api_key api = api_key::describe_quorum;

  struct partition {
    int32_t partition_index = 0;
  };

  struct topic {
    std::string topic_name;
    std::vector<partition> partitions;
  };

  std::vector<topic> topics;
};

/// The quorum as its leader sees it.
struct describe_quorum_response {
  static constexpr api_key api = api_key::describe_quorum;

  struct replica {
    int32_t replica_id = 0;
    storage::uuid replica_directory_id;
    int64_t log_end_offset = 0;
    int64_t last_fetch_timestamp = -1;
    int64_t last_caught_up_timestamp = -1;
  };

  struct partition {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    int32_t leader_id = 0;
    int32_t leader_epoch = 0;
    int64_t high_watermark = 0;
    std::vector<replica> current_voters;
    std::vector<replica> observers;
  };

  struct topic {
    std::string topic_name;
    std::vector<partition> partitions;
  };

  struct listener {
    std::string name;
    std::string host;
    uint16_t port = 0;
  };

  struct node {
    int32_t node_id = 0;
    std::vector<listener> listeners;
  };

  int16_t error_code = 0;
  std::optional<std::string> error_message;
  std::vector<topic> topics;
  std::vector<node> nodes;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
