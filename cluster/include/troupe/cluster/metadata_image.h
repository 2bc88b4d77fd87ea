// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

using storage::leader_epoch_t;
using storage::offset_t;
using storage::timestamp_ms;
using storage::topic_partition;
using storage::uuid;

/// Kafka's broker id; never below 0 but for `no_node`.
using node_id = int32_t;
inline constexpr node_id no_node = -1;

/// A broker: where clients and other nodes find it, and whether it may lead.
struct node_registration {
  node_id id = no_node;
  /// The address that clients are told.
  std::string host;
  uint16_t port = 0;
  std::string rack;
  /// Where other nodes connect; port 0: it has no cluster listener.
  std::string cluster_host = {};
  uint16_t cluster_port = 0;
  /// Drawn at each start of the process; nil on a node that is alone.
  uuid incarnation = {};
  /// The controller does not hear from it: it leads nothing and is in no ISR
  /// of more than itself.
  bool fenced = false;
  /// It is about to stop or to be removed: it gets no new replicas and gives
  /// its leaderships away.
  bool leaving = false;

  bool operator==(const node_registration&) const = default;
};

/// A member of the metadata quorum, at its cluster address.
struct quorum_voter {
  node_id id = no_node;
  std::string host;
  uint16_t port = 0;

  bool operator==(const quorum_voter&) const = default;
};

/// Who serves one partition. Replicas in order of preference.
struct partition_registration {
  node_id leader = no_node;
  leader_epoch_t leader_epoch = 0;
  std::vector<node_id> replicas;
  std::vector<node_id> isr;
  /// Grows with every change of this registration: proposals to change the ISR
  /// name the one they are based on.
  int32_t partition_epoch = 0;
  /// While replicas move (KIP-455): those of `replicas` that are new, and those
  /// that go once the new ones are in sync.
  std::vector<node_id> adding = {};
  std::vector<node_id> removing = {};

  bool operator==(const partition_registration&) const = default;
};

/// Overrides of a topic or of the brokers: key -> value, Kafka's names.
using config_map = std::map<std::string, std::string>;

/// A topic; shared between images for as long as it does not change.
struct topic_image {
  std::string name;
  uuid id;
  /// Indexed by partition.
  std::vector<partition_registration> partitions;
  config_map configs;

  bool operator==(const topic_image&) const = default;
};

/// What the cluster agreed on up to `end_offset` of the metadata log. Never
/// changes: `apply` (metadata_record.h) makes a new one that shares what stayed
/// the same. Any thread may hold and read one.
struct metadata_image {
  /// Next offset of the metadata log that is not in here.
  offset_t end_offset = 0;
  std::string cluster_id;
  /// By name, so that listings come sorted.
  std::map<std::string, std::shared_ptr<const topic_image>> topics;
  std::unordered_map<uuid, std::shared_ptr<const topic_image>> topics_by_id;
  std::map<node_id, node_registration> nodes;
  /// Who votes on the metadata; empty: the node is alone.
  std::vector<quorum_voter> voters;
  /// Dynamic broker configs; key no_node is the cluster-wide default.
  std::map<node_id, config_map> broker_configs;
  /// First producer id that no broker was given yet.
  int64_t next_producer_id = 0;
  /// Partitions of all topics, counted by `apply`.
  size_t partitions_in_all = 0;

  /// Null when unknown; lives as long as the image.
  const topic_image* find(const std::string& topic) const;
  /// Null when unknown; lives as long as the image.
  const topic_image* find(const uuid& id) const;
  /// Null when topic or partition is unknown.
  const partition_registration* find(const topic_partition& tp) const;
  /// Partitions of all topics.
  size_t partition_count() const noexcept { return partitions_in_all; }
};

/// How images travel; copying one is cheap.
using image_ptr = std::shared_ptr<const metadata_image>;

} // namespace troupe::cluster

#pragma GCC visibility pop
