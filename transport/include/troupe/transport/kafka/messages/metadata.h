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

/// Asks for the brokers and for topics; null topics means all of them.
struct metadata_request {
  static constexpr api_key api = api_key::metadata;

  struct topic {
    storage::uuid topic_id;
    /// Null when the topic is named by its id.
    std::optional<std::string> name;
  };

  std::optional<std::vector<topic>> topics;
  bool allow_auto_topic_creation = true;
  bool include_cluster_authorized_operations = false;
  bool include_topic_authorized_operations = false;
};

/// Brokers, topics and the leaders of their partitions.
struct metadata_response {
  static constexpr api_key api = api_key::metadata;

  struct broker {
    int32_t node_id = 0;
    std::string host;
    int32_t port = 0;
    std::optional<std::string> rack;
  };

  struct partition {
    int16_t error_code = 0;
    int32_t partition_index = 0;
    int32_t leader_id = 0;
    int32_t leader_epoch = -1;
    std::vector<int32_t> replica_nodes;
    std::vector<int32_t> isr_nodes;
    std::vector<int32_t> offline_replicas;
  };

  struct topic {
    int16_t error_code = 0;
    /// Null when the topic was asked for by an unknown id.
    std::optional<std::string> name;
    storage::uuid topic_id;
    bool is_internal = false;
    std::vector<partition> partitions;
    /// Bits of the allowed operations; the least number means "not asked".
    int32_t topic_authorized_operations = std::numeric_limits<int32_t>::min();
  };

  int32_t throttle_time_ms = 0;
  std::vector<broker> brokers;
  std::optional<std::string> cluster_id;
  int32_t controller_id = -1;
  std::vector<topic> topics;
  /// As topic_authorized_operations.
  int32_t cluster_authorized_operations = std::numeric_limits<int32_t>::min();
};

} // namespace troupe::kafka

#pragma GCC visibility pop
