// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/broker_config.h>
#include <troupe/cluster/metadata_record.h>

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace troupe::cluster {

/// Why the controller refuses; `actors/error_map` gives each its Kafka code.
enum class refusal : uint8_t {
  none = 0,
  invalid_topic_name,
  topic_exists,
  unknown_topic,
  unknown_topic_id,
  invalid_partitions,
  invalid_replication_factor,
  invalid_replica_assignment,
  invalid_config,
  invalid_request,
  policy_violation,
  topic_deletion_disabled,
};

std::string_view to_string(refusal x) noexcept;

/// Answer for one item of a request; `message` is for a person.
struct decision {
  refusal what = refusal::none;
  std::string message;

  bool ok() const noexcept { return what == refusal::none; }
};

/// CreateTopics, one topic. -1 asks for the broker's default.
struct new_topic {
  std::string name;
  int32_t num_partitions = -1;
  int16_t replication_factor = -1;
  /// Explicit placement: partition -> nodes; empty: automatic.
  std::vector<std::pair<int32_t, std::vector<node_id>>> assignments;
  std::vector<std::pair<std::string, std::optional<std::string>>> configs;
};

/// CreatePartitions, one topic; `count` is the new total.
struct more_partitions {
  std::string topic;
  int32_t count = 0;
  std::optional<std::vector<std::vector<node_id>>> assignments;
};

/// DeleteTopics, one topic: by name, or by id when the name is absent.
struct topic_reference {
  std::optional<std::string> name;
  uuid id;
};

/// Operations of IncrementalAlterConfigs, Kafka's numbers.
enum class config_operation : int8_t {
  set = 0,
  remove = 1,
  append = 2,
  subtract = 3,
};

struct config_change {
  std::string name;
  config_operation operation = config_operation::set;
  std::optional<std::string> value;
};

/// AlterConfigs and IncrementalAlterConfigs, one resource.
struct config_alteration {
  /// Topic name; empty when `node` is meant.
  std::string topic;
  /// Broker id, or no_node for the cluster-wide default.
  node_id node = no_node;
  bool is_broker = false;
  /// AlterConfigs: what is not listed goes back to its default.
  bool replace_all = false;
  std::vector<config_change> changes;
};

/// A decision and the records that carry it out (none when refused or when
/// only validating).
struct outcome {
  decision verdict;
  metadata_delta records;
};

/// What the controller decides, as functions of the image: no clock, no disk.
/// Each item of a request is decided against the image that the items before
/// it made (the caller applies them in turn).
class controller {
public:
  /// `seed` feeds topic ids (random v4 UUIDs).
  controller(broker_config config, uint64_t seed);

  outcome create_topic(const metadata_image& image, const new_topic& x);
  outcome delete_topic(const metadata_image& image, const topic_reference& x);
  outcome
  create_partitions(const metadata_image& image, const more_partitions& x);
  outcome
  alter_configs(const metadata_image& image, const config_alteration& x);
  /// [first, last) of a fresh block, and the record that takes it.
  std::pair<std::pair<int64_t, int64_t>, metadata_delta>
  allocate_producer_ids(const metadata_image& image);
  /// First start or changed address; empty when the image says so already.
  metadata_delta
  register_node(const metadata_image& image, const node_registration& self);

private:
  uuid fresh_uuid();
  broker_config config_;
  std::mt19937_64 random_;
};

/// Kafka's rule: 1-249 of [a-zA-Z0-9._-], not "." or "..".
bool valid_topic_name(std::string_view name) noexcept;

/// Topics that only the broker writes (`__consumer_offsets`, ...).
bool internal_topic(std::string_view name) noexcept;

} // namespace troupe::cluster
