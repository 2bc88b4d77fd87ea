// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>
#include <troupe/transport/kafka/records_data.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Appends one record batch to each named partition.
struct produce_request {
  static constexpr api_key api = api_key::produce;

  struct partition {
    int32_t index = 0;
    /// One batch; a slice of the request frame.
    records_data records;
  };

  struct topic {
    std::string name;
    std::vector<partition> partition_data;
  };

  /// Null unless the producer is transactional.
  std::optional<std::string> transactional_id;
  /// 0 no answer, 1 the leader has it, -1 all in-sync replicas have it.
  int16_t acks = 0;
  int32_t timeout_ms = 0;
  std::vector<topic> topic_data;
};

/// What became of each batch. Not sent when the request had acks 0.
struct produce_response {
  static constexpr api_key api = api_key::produce;

  struct record_error {
    int32_t batch_index = 0;
    std::optional<std::string> batch_index_error_message;
  };

  struct leader_id_and_epoch {
    int32_t leader_id = -1;
    int32_t leader_epoch = -1;

    bool operator==(const leader_id_and_epoch&) const = default;
  };

  struct partition {
    int32_t index = 0;
    int16_t error_code = 0;
    int64_t base_offset = 0;
    /// -1 unless the topic stamps records itself (LogAppendTime).
    int64_t log_append_time_ms = -1;
    int64_t log_start_offset = -1;
    /// Records that made the batch fail, by their place in it.
    std::vector<record_error> record_errors;
    std::optional<std::string> error_message;
    /// Where to go instead, after not_leader_or_follower.
    leader_id_and_epoch current_leader;
  };

  struct topic {
    std::string name;
    std::vector<partition> partition_responses;
  };

  struct node_endpoint {
    int32_t node_id = 0;
    std::string host;
    int32_t port = 0;
    std::optional<std::string> rack;
  };

  std::vector<topic> responses;
  int32_t throttle_time_ms = 0;
  std::vector<node_endpoint> node_endpoints;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
