// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/config_table.h>
#include <troupe/storage/error.h>

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

namespace troupe::cluster {

inline constexpr int64_t int16_top = std::numeric_limits<int16_t>::max();
inline constexpr int64_t int32_top = std::numeric_limits<int32_t>::max();
inline constexpr int64_t int64_top = std::numeric_limits<int64_t>::max();
inline constexpr std::string_view int64_top_text = "9223372036854775807";

inline constexpr std::string_view compression_types =
    "uncompressed|zstd|lz4|snappy|gzip|producer";
inline constexpr std::string_view timestamp_types = "CreateTime|LogAppendTime";
inline constexpr std::string_view cleanup_policies = "compact|delete";
inline constexpr std::string_view topic_kinds = "log|delayed|priority|queue|custom";
inline constexpr std::string_view stage_policies = "closed|open";
inline constexpr int64_t ten_years_ms = 315'360'000'000;
/// Kafka's class names for the two ways to choose who serves a read (KIP-392).
inline constexpr std::string_view rack_aware_selector =
    "org.apache.kafka.common.replica.RackAwareReplicaSelector";
inline constexpr std::string_view replica_selectors =
    "org.apache.kafka.common.replica.LeaderSelector|"
    "org.apache.kafka.common.replica.RackAwareReplicaSelector";

/// Broker keys that topics inherit, and other keys of logs.
std::span<const config_key> broker_log_keys();
/// Broker keys of the node itself: network, topics, durability.
std::span<const config_key> broker_node_keys();
/// Broker keys of consumer groups and their offsets.
std::span<const config_key> broker_group_keys();
/// Broker keys of a node among others: heartbeats, quorum, replication.
std::span<const config_key> broker_cluster_keys();
/// Broker keys that are checked but change nothing yet, so that a properties
/// file written for Kafka is not refused.
std::span<const config_key> broker_accepted_keys();

/// A broker key that may give a topic key its default.
struct config_synonym {
  std::string_view name;
  /// Its unit in units of the topic key (hours: 3600000).
  int64_t factor = 1;
};

/// The broker keys behind a topic key, best first: milliseconds win over
/// minutes, minutes over hours.
std::vector<config_synonym> synonyms_of(const config_key& topic_key);

/// What broker values mean as topic configs, so that contradictions between
/// them are found; keys that topics do not inherit are left out.
config_map topic_defaults_of(const config_map& broker_values);

/// Contradictions between a topic's kind and its other overrides.
result<void> check_kind_configs(const config_map& overrides);

/// Stages that cannot be.
result<void> check_stage_configs(const config_map& overrides);

/// invalid_argument, naming the key and the nearest key that exists.
storage::error unknown_topic_config(std::string_view name);
storage::error unknown_broker_config(std::string_view name);

/// The value in force of one broker key.
effective_config
effective_broker_config(const config_key& key, const metadata_image& image,
                        node_id node, const config_map& static_broker);

} // namespace troupe::cluster
