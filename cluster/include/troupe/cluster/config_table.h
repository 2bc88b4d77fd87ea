// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>
#include <troupe/storage/log_config.h>
#include <troupe/storage/result.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Kafka's numbers for `config_type` in DescribeConfigs.
enum class config_type : uint8_t {
  boolean = 1,
  string = 2,
  int32 = 3,
  int16 = 4,
  int64 = 5,
  floating = 6,
  list = 7,
};

/// Kafka's numbers for `config_source` in DescribeConfigs.
enum class config_source : uint8_t {
  topic = 1,
  dynamic_broker = 2,
  dynamic_default_broker = 3,
  static_broker = 4,
  default_value = 5,
};

/// One configuration key: name, type, range, default, one line of help.
struct config_key {
  std::string_view name;
  config_type type;
  std::string_view default_value;
  /// Smallest and largest number; ignored for other types.
  int64_t min = 0;
  int64_t max = 0;
  /// Allowed words of a string or list, '|' separated; empty: any.
  std::string_view words;
  std::string_view help;
  /// Topic key: the broker key that gives its default; broker key: "".
  std::string_view broker_synonym;
  /// May be changed while running (AlterConfigs).
  bool dynamic = true;
};

/// All keys of topics, sorted by name; static.
std::span<const config_key> topic_config_keys();
/// All keys of brokers, sorted by name; static.
std::span<const config_key> broker_config_keys();
/// Null when topics have no such key.
const config_key* find_topic_config(std::string_view name);
/// Null when brokers have no such key.
const config_key* find_broker_config(std::string_view name);

/// Checks one value; the error names key, value and what is allowed.
result<void> check_config(const config_key& key, std::string_view value);

/// Checks all overrides of a topic, unknown keys and contradictions included.
result<void> check_topic_configs(const config_map& overrides);

/// The value in force and where it comes from, best first.
struct effective_config {
  /// A value and who said so; the first one is in force.
  struct source_value {
    std::string name;
    std::string value;
    config_source source;
  };
  /// Static.
  const config_key* key = nullptr;
  /// In force.
  std::string value;
  /// Who said so.
  config_source source = config_source::default_value;
  /// All who said something, best first, the default last.
  std::vector<source_value> synonyms;
};

/// Topic configs as they are in force: override, dynamic broker value, static
/// broker value, default.
std::vector<effective_config>
effective_topic_configs(const config_map& overrides,
                        const metadata_image& image, node_id node,
                        const config_map& static_broker);

/// Broker configs as they are in force on `node`: its own dynamic value, that
/// of all brokers, static value, default.
std::vector<effective_config>
effective_broker_configs(const metadata_image& image, node_id node,
                         const config_map& static_broker);

/// The configuration of a topic's logs.
storage::log_config make_log_config(const config_map& overrides,
                                    const metadata_image& image, node_id node,
                                    const config_map& static_broker);

/// Replicas of a topic that must be in sync for acks=all.
int32_t min_insync_replicas(const config_map& overrides,
                            const metadata_image& image, node_id node,
                            const config_map& static_broker);

/// Whether a replica that is not in sync may lead when no other can.
bool unclean_election_allowed(const config_map& overrides,
                              const metadata_image& image, node_id node,
                              const config_map& static_broker);

} // namespace troupe::cluster

#pragma GCC visibility pop
