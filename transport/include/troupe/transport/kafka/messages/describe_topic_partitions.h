// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>
#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Where a page of describe_topic_partitions starts.
struct topic_partition_cursor {
  std::string topic_name;
  int32_t partition_index = 0;
};

/// Asks for partitions of topics, page by page (KIP-966).
struct describe_topic_partitions_request {
  static constexpr api_key api = api_key::describe_topic_partitions;

  struct topic {
    std::string name;
  };

  std::vector<topic> topics;
  int32_t response_partition_limit = 2000;
  std::optional<topic_partition_cursor> cursor;
};

/// One page; next_cursor is null on the last.
struct describe_topic_partitions_response {
  static constexpr api_key api = api_key::describe_topic_partitions;

  struct partition {
    int16_t error_code = 0;
    int32_t partition_index = 0;
    int32_t leader_id = 0;
    int32_t leader_epoch = -1;
    std::vector<int32_t> replica_nodes;
    std::vector<int32_t> isr_nodes;
    std::optional<std::vector<int32_t>> eligible_leader_replicas;
    std::optional<std::vector<int32_t>> last_known_elr;
    std::vector<int32_t> offline_replicas;
  };

  struct topic {
    int16_t error_code = 0;
    std::optional<std::string> name;
    storage::uuid topic_id;
    bool is_internal = false;
    std::vector<partition> partitions;
    int32_t topic_authorized_operations = std::numeric_limits<int32_t>::min();
  };

  int32_t throttle_time_ms = 0;
  std::vector<topic> topics;
  std::optional<topic_partition_cursor> next_cursor;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
