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

/// Asks for groups whose assignment the broker makes (KIP-848).
struct consumer_group_describe_request {
  static constexpr api_key api = api_key::consumer_group_describe;

  std::vector<std::string> group_ids;
  bool include_authorized_operations = false;
};

/// One entry per group asked for.
struct consumer_group_describe_response {
  static constexpr api_key api = api_key::consumer_group_describe;

  struct owned_topic {
    storage::uuid topic_id;
    std::string topic_name;
    std::vector<int32_t> partitions;
  };

  struct assigned {
    std::vector<owned_topic> topic_partitions;
  };

  struct member {
    std::string member_id;
    std::optional<std::string> instance_id;
    std::optional<std::string> rack_id;
    int32_t member_epoch = 0;
    std::string client_id;
    std::string client_host;
    std::vector<std::string> subscribed_topic_names;
    std::optional<std::string> subscribed_topic_regex;
    assigned assignment;
    /// Where the reconciliation leads to.
    assigned target_assignment;
    /// -1 unknown, 0 classic, 1 consumer.
    int8_t member_type = -1;
  };

  struct group {
    int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::string group_id;
    std::string group_state;
    int32_t group_epoch = 0;
    int32_t assignment_epoch = 0;
    std::string assignor_name;
    std::vector<member> members;
    int32_t authorized_operations = std::numeric_limits<int32_t>::min();
  };

  int32_t throttle_time_ms = 0;
  std::vector<group> groups;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
