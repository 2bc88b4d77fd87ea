// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)

/// What the controller is asked. Kafka's requests, one item of each, and those
/// of nodes among themselves.
namespace troupe::cluster {

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

/// What to do with one key; `value` is absent when it is removed.
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

/// A replica of a node that cannot serve it any more: its disk failed.
struct failed_replica {
  uuid topic_id;
  int32_t partition = 0;

  bool operator==(const failed_replica&) const = default;
};

/// Those that one heartbeat tells of; the next ones follow when these are out
/// of their ISRs.
inline constexpr size_t failed_replicas_per_heartbeat_max = 1'000;

/// A node is there, every `broker.heartbeat.interval.ms`.
struct node_heartbeat {
  node_id node = no_node;
  uuid incarnation;
  /// It serves the metadata below.
  offset_t metadata_end_offset = 0;
  /// That metadata says that this incarnation is fenced: the node knows what
  /// happened while it was away, and may lead again.
  bool knows_fenced = false;
  /// It wants to stop, once others lead what it leads.
  bool wants_to_stop = false;
  /// Others shall be in sync, and lead, instead. Bounded as above.
  std::vector<failed_replica> failed;

  bool operator==(const node_heartbeat&) const = default;
};

/// A leader asks to change who is in sync (AlterPartition, KIP-497).
struct isr_alteration {
  /// Who asks.
  node_id leader = no_node;
  uuid topic_id;
  int32_t partition = 0;
  leader_epoch_t leader_epoch = 0;
  /// Of the registration that the proposal is based on.
  int32_t partition_epoch = 0;
  std::vector<node_id> isr;
  /// The lives of those members that the leader knows, in their order: one that
  /// comes into sync must not have begun another since (KIP-903).
  std::vector<uuid> incarnations;

  bool operator==(const isr_alteration&) const = default;
};

/// A node cannot serve its replica any more, although it is alive: the disk
/// failed.
struct replica_resignation {
  node_id node = no_node;
  uuid topic_id;
  int32_t partition = 0;

  bool operator==(const replica_resignation&) const = default;
};

/// ElectLeaders, Kafka's numbers (KIP-460).
enum class election_type : int8_t {
  /// Leadership to the first replica.
  preferred = 0,
  /// A leader for a partition that has none, if need be one that lags.
  unclean = 1,
};

/// AlterPartitionReassignments, one partition (KIP-455).
struct reassignment {
  topic_partition name;
  /// Where it shall be; absent: where it was before the one in progress.
  std::optional<std::vector<node_id>> replicas;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
