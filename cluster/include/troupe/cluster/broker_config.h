// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/cluster_config.h>
#include <troupe/cluster/config_table.h>
#include <troupe/cluster/group_config.h>
#include <troupe/cluster/replication_config.h>
#include <troupe/storage/result.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// When a produce request with acks=1 or acks=all is answered
/// (`troupe.durability`).
enum class durability : uint8_t {
  /// After the write into the page cache, as Kafka does.
  page_cache,
  /// The same, and every log is synced at least each `flush_interval_ms`.
  interval,
  /// After fdatasync; one sync serves all partitions that wait for it.
  fsync,
};

/// How `__consumer_offsets` is created.
struct offsets_topic_config {
  /// `offsets.topic.num.partitions`; only counts until the topic is there.
  int32_t num_partitions = 50;
  /// `offsets.topic.replication.factor`: wanted; the nodes bound it.
  int16_t replication_factor = 3;
  /// `offsets.topic.segment.bytes`.
  int64_t segment_bytes = 104857600;
  /// Room for the largest group that `group_config` allows.
  int64_t batch_bytes_max = 41943040;
};

/// How logs are compacted.
struct cleaner_config {
  /// `log.cleaner.enable`; without it compacted topics grow.
  bool enabled = true;
  /// Time between two looks for something to compact.
  int64_t backoff_ms = 15000;
  /// `log.cleaner.dedupe.buffer.size`: the map from keys to offsets.
  int64_t dedupe_buffer_bytes = 134217728;
  /// `log.cleaner.io.buffer.size`: for reading, and again for writing.
  int64_t io_buffer_bytes = 524288;
  /// Read and written together; 0 for no bound.
  uint64_t bytes_per_second = 0;
};

/// The settings of a node, made from Kafka's broker keys. Values that topics
/// inherit stay text in `values` (see config_table.h).
struct broker_config {
  /// Every key that was set, by its Kafka name.
  config_map values;

  /// `broker.id`; a node that joined has the id that the cluster gave it.
  node_id id = 0;
  /// `broker.rack`.
  std::string rack;
  /// `log.dirs`, or the one in `log.dir`.
  std::vector<std::string> log_dirs;
  /// `num.partitions`, of topics that do not say how many they want.
  int32_t num_partitions = 1;
  /// `default.replication.factor`, likewise.
  int16_t default_replication_factor = 1;
  /// `auto.create.topics.enable`.
  bool auto_create_topics = true;
  /// `delete.topic.enable`.
  bool delete_topics = true;
  /// `troupe.durability`: when a produce request is answered.
  durability durability_level = durability::page_cache;
  /// `troupe.flush.interval.ms`, for durability::interval.
  int64_t flush_interval_ms = 1000;
  /// `socket.request.max.bytes`: a larger request ends its connection.
  int64_t socket_request_max_bytes = 104857600;
  /// `fetch.max.bytes`: records in one answer, but for a first batch.
  int64_t fetch_max_bytes = 57671680;
  /// `connections.max.idle.ms`: a silent client is hung up on.
  int64_t connections_max_idle_ms = 600000;
  /// `max.connections`: of clients, at a time.
  int64_t max_connections = 20000;
  /// Requests of one connection in work; more stay in its socket.
  int64_t queued_max_requests_per_connection = 64;
  /// -1: no bound.
  int64_t queued_max_request_bytes = -1;
  /// `log.retention.check.interval.ms`.
  int64_t retention_check_interval_ms = 300000;
  /// Ids that a node takes from the controller at a time.
  int64_t producer_id_block_size = 1000;
  /// `log.cleaner.*`.
  cleaner_config cleaner;
  /// `group.*`: bounds and timeouts of consumer groups.
  group_config groups;
  /// `offsets.topic.*`.
  offsets_topic_config offsets_topic;
  /// How the node takes part in a cluster; empty when it is alone.
  cluster_config cluster;
  /// `replica.*`: how followers pull, and when they are in sync.
  replication_config replication;
  /// `offsets.retention.check.interval.ms`.
  int64_t offsets_retention_check_interval_ms = 600000;
  /// Partitions a node accepts in all (`troupe.partitions.max`).
  int64_t partitions_max = 100000;
  /// Lanes; 0 chooses by the number of cores.
  int32_t lanes = 0;
  /// `troupe.log.level`: trace, debug, info, warn or error.
  std::string log_level = "info";
};

/// Fills the struct from `values`; the error names the key and its value.
result<broker_config> make_broker_config(config_map values);

/// Parses a Java properties file (comments, continuation lines, escapes).
/// `origin` names the file in errors; unknown keys are errors with their line.
result<config_map>
parse_properties(std::string_view text, std::string_view origin);

/// Maps `TROUPE_LOG_RETENTION_MS` to `log.retention.ms`; other variables are
/// ignored, an unknown key after the prefix is an error.
result<config_map> parse_environment(const char* const* environment);

/// `key=value`, as given to --set.
result<std::pair<std::string, std::string>>
parse_assignment(std::string_view text);

/// All settings in force as a properties file, defaults included, each with
/// its help as comment.
std::string print_config(const broker_config& config);

} // namespace troupe::cluster

#pragma GCC visibility pop
