// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>
#include <troupe/transport/kafka/api_key.h>
#include <troupe/transport/kafka/records_data.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Reads batches from partitions, from an offset each; waits up to max_wait_ms
/// for min_bytes. Consumers and followers send it.
struct fetch_request {
  static constexpr api_key api = api_key::fetch;

  struct replica_id_and_epoch {
    int32_t replica_id = -1;
    int64_t replica_epoch = -1;

    bool operator==(const replica_id_and_epoch&) const = default;
  };

  struct partition {
    int32_t partition = 0;
    int32_t current_leader_epoch = -1;
    int64_t fetch_offset = 0;
    int32_t last_fetched_epoch = -1;
    int64_t log_start_offset = -1;
    int32_t partition_max_bytes = 0;
    storage::uuid replica_directory_id;
  };

  struct topic {
    /// Up to version 12, then topic_id.
    std::string topic;
    storage::uuid topic_id;
    std::vector<partition> partitions;
  };

  struct forgotten_topic {
    /// Up to version 12, then topic_id.
    std::string topic;
    storage::uuid topic_id;
    std::vector<int32_t> partitions;
  };

  /// Raft only.
  std::optional<std::string> cluster_id;
  /// -1 for consumers, up to version 14; then replica_state says it.
  int32_t replica_id = -1;
  replica_id_and_epoch replica_state;
  int32_t max_wait_ms = 0;
  int32_t min_bytes = 0;
  int32_t max_bytes = std::numeric_limits<int32_t>::max();
  /// 0 read uncommitted, 1 read committed.
  int8_t isolation_level = 0;
  /// 0 asks for no session, or with session_epoch 0 for a new one.
  int32_t session_id = 0;
  /// -1 full fetch that ends the session, 0 full fetch that opens one.
  int32_t session_epoch = -1;
  std::vector<topic> topics;
  /// Partitions to drop from the session.
  std::vector<forgotten_topic> forgotten_topics_data;
  std::string rack_id;
};

/// Batches of each partition, in memory or as a slice of a segment.
struct fetch_response {
  static constexpr api_key api = api_key::fetch;

  struct epoch_end_offset {
    int32_t epoch = -1;
    int64_t end_offset = -1;

    bool operator==(const epoch_end_offset&) const = default;
  };

  struct leader_id_and_epoch {
    int32_t leader_id = -1;
    int32_t leader_epoch = -1;

    bool operator==(const leader_id_and_epoch&) const = default;
  };

  struct snapshot {
    int64_t end_offset = -1;
    int32_t epoch = -1;

    bool operator==(const snapshot&) const = default;
  };

  struct aborted_transaction {
    int64_t producer_id = 0;
    int64_t first_offset = 0;
  };

  struct partition {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    int64_t high_watermark = 0;
    int64_t last_stable_offset = -1;
    int64_t log_start_offset = -1;
    /// Followers only.
    epoch_end_offset diverging_epoch;
    leader_id_and_epoch current_leader;
    /// Raft only.
    snapshot snapshot_id;
    /// Null for readers of uncommitted records.
    std::optional<std::vector<aborted_transaction>> aborted_transactions;
    int32_t preferred_read_replica = -1;
    /// Whole batches; "nothing" is empty, never null.
    records_data records;
  };

  struct topic {
    /// Up to version 12, then topic_id.
    std::string topic;
    storage::uuid topic_id;
    std::vector<partition> partitions;
  };

  struct node_endpoint {
    int32_t node_id = 0;
    std::string host;
    int32_t port = 0;
    std::optional<std::string> rack;
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  int32_t session_id = 0;
  std::vector<topic> responses;
  std::vector<node_endpoint> node_endpoints;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
