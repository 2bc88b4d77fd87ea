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

/// Creates topics, or checks whether that could be done.
struct create_topics_request {
  static constexpr api_key api = api_key::create_topics;

  struct assignment {
    int32_t partition_index = 0;
    std::vector<int32_t> broker_ids;
  };

  struct config {
    std::string name;
    std::optional<std::string> value;
  };

  struct topic {
    std::string name;
    /// -1 takes the default of the broker, or the assignments.
    int32_t num_partitions = 0;
    int16_t replication_factor = 0;
    /// Replicas of each partition; empty lets the broker choose.
    std::vector<assignment> assignments;
    std::vector<config> configs;
  };

  std::vector<topic> topics;
  int32_t timeout_ms = 60000;
  bool validate_only = false;
};

/// What became of each topic, and since version 5 its configuration.
struct create_topics_response {
  static constexpr api_key api = api_key::create_topics;

  struct config {
    std::string name;
    std::optional<std::string> value;
    bool read_only = false;
    int8_t config_source = -1;
    bool is_sensitive = false;
  };

  struct topic {
    std::string name;
    storage::uuid topic_id;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    int16_t topic_config_error_code = 0;
    int32_t num_partitions = -1;
    int16_t replication_factor = -1;
    /// Null when the client may not see them.
    std::optional<std::vector<config>> configs;
  };

  int32_t throttle_time_ms = 0;
  std::vector<topic> topics;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
