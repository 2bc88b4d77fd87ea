// SPDX-License-Identifier: Apache-2.0
#include <config_keys.h>
#include <config_value.h>
#include <troupe/cluster/broker_config.h>
#include <troupe/storage/assert.h>

#include <algorithm>
#include <string>
#include <utility>

namespace troupe::cluster {

namespace {

/// Values that were checked before; what is not set has its default.
class checked_values {
public:
  explicit checked_values(const config_map& values) : values_(values) {}

  std::string_view text(std::string_view name) const {
    const auto* key = find_broker_config(name);
    ASSERT(key != nullptr);
    auto i = values_.find(std::string{name});
    return trimmed(i == values_.end() ? key->default_value
                                      : std::string_view{i->second});
  }

  int64_t number(std::string_view name) const {
    auto x = parse_integer(text(name));
    ASSERT(x.has_value());
    return *x;
  }

  double floating(std::string_view name) const {
    auto x = parse_real(text(name));
    ASSERT(x.has_value());
    return *x;
  }

  bool flag(std::string_view name) const {
    auto x = parse_boolean(text(name));
    ASSERT(x.has_value());
    return *x;
  }

private:
  const config_map& values_;
};

durability durability_of(std::string_view word) {
  if (word == "fsync")
    return durability::fsync;
  return word == "interval" ? durability::interval : durability::page_cache;
}

/// `broker.id` is the older name of `node.id`.
result<node_id> id_of(const config_map& values) {
  checked_values checked{values};
  bool has_older_name = values.contains("broker.id");
  auto id = checked.number(has_older_name ? "broker.id" : "node.id");
  if (has_older_name && values.contains("node.id")
      && checked.number("node.id") != id)
    return failure(storage::errc::invalid_argument,
                   "node.id and broker.id must be equal when both are set");
  return static_cast<node_id>(id);
}

result<void> check_values(const config_map& values) {
  for (const auto& [name, value] : values) {
    const auto* key = find_broker_config(name);
    if (key == nullptr)
      return failure(unknown_broker_config(name));
    if (auto ok = check_config(*key, value); !ok)
      return ok;
  }
  return check_topic_configs(topic_defaults_of(values));
}

/// A value as it must stand in a properties file to be read back unchanged.
std::string escaped(std::string_view value) {
  std::string text;
  for (auto c : value) {
    if (c == '\n')
      text += "\\n";
    else if (c == '\r')
      text += "\\r";
    else if (c == '\\' || (c == ' ' && text.empty()))
      text += std::string{"\\"} + c;
    else
      text += c;
  }
  return text;
}

consumer_group_config consumer_groups_of(const checked_values& checked) {
  consumer_group_config x;
  x.session_timeout_ms =
      static_cast<int32_t>(checked.number("group.consumer.session.timeout.ms"));
  x.heartbeat_interval_ms = static_cast<int32_t>(
      checked.number("group.consumer.heartbeat.interval.ms"));
  x.members_per_group_max =
      static_cast<size_t>(checked.number("group.consumer.max.size"));
  x.assignors.clear();
  for (auto name : parse_list(checked.text("group.consumer.assignors")))
    x.assignors.emplace_back(name);
  if (auto policy = parse_group_migration_policy(
          checked.text("group.consumer.migration.policy")))
    x.migration_policy = *policy;
  return x;
}

group_config groups_of(const checked_values& checked) {
  constexpr int64_t minute_ms = 60'000;
  group_config x;
  x.session_timeout_min_ms =
      static_cast<int32_t>(checked.number("group.min.session.timeout.ms"));
  x.session_timeout_max_ms =
      static_cast<int32_t>(checked.number("group.max.session.timeout.ms"));
  x.initial_rebalance_delay_ms =
      static_cast<int32_t>(checked.number("group.initial.rebalance.delay.ms"));
  x.members_per_group_max =
      static_cast<size_t>(checked.number("group.max.size"));
  x.offset_metadata_bytes_max =
      static_cast<size_t>(checked.number("offset.metadata.max.bytes"));
  x.offsets_retention_ms =
      checked.number("offsets.retention.minutes") * minute_ms;
  x.consumer = consumer_groups_of(checked);
  return x;
}

cleaner_config cleaner_of(const checked_values& checked) {
  cleaner_config x;
  x.enabled = checked.flag("log.cleaner.enable");
  x.backoff_ms = checked.number("log.cleaner.backoff.ms");
  x.dedupe_buffer_bytes = checked.number("log.cleaner.dedupe.buffer.size");
  x.io_buffer_bytes = checked.number("log.cleaner.io.buffer.size");
  // Kafka's default, the largest double, stands for no bound.
  auto rate = checked.floating("log.cleaner.io.max.bytes.per.second");
  constexpr double largest = 1e18;
  if (rate < largest)
    x.bytes_per_second = static_cast<uint64_t>(std::max(rate, 1.0));
  return x;
}

offsets_topic_config offsets_topic_of(const checked_values& checked) {
  offsets_topic_config x;
  x.num_partitions =
      static_cast<int32_t>(checked.number("offsets.topic.num.partitions"));
  x.replication_factor =
      static_cast<int16_t>(checked.number("offsets.topic.replication.factor"));
  x.segment_bytes = checked.number("offsets.topic.segment.bytes");
  return x;
}

cluster_config cluster_of(const checked_values& checked) {
  constexpr int64_t second_ms = 1000;
  cluster_config x;
  x.listen = checked.text("troupe.cluster.listen");
  x.advertised = checked.text("troupe.cluster.advertised");
  x.bootstrap_servers =
      parse_list(checked.text("controller.quorum.bootstrap.servers"));
  x.insecure = checked.flag("troupe.cluster.insecure");
  x.ssl_certificate = checked.text("troupe.cluster.ssl.certificate");
  x.ssl_key = checked.text("troupe.cluster.ssl.key");
  x.ssl_ca = checked.text("troupe.cluster.ssl.ca");
  x.heartbeat_interval_ms = checked.number("broker.heartbeat.interval.ms");
  x.session_timeout_ms = checked.number("broker.session.timeout.ms");
  x.controlled_shutdown = checked.flag("controlled.shutdown.enable");
  x.quorum_fetch_timeout_ms =
      checked.number("controller.quorum.fetch.timeout.ms");
  x.quorum_election_timeout_ms =
      checked.number("controller.quorum.election.timeout.ms");
  x.voters_max =
      static_cast<int32_t>(checked.number("troupe.quorum.voters.max"));
  x.auto_leader_rebalance = checked.flag("auto.leader.rebalance.enable");
  x.leader_imbalance_check_interval_ms =
      checked.number("leader.imbalance.check.interval.seconds") * second_ms;
  x.spread_partitions = checked.flag("troupe.spread.enable");
  x.moving_partitions_max =
      static_cast<int32_t>(checked.number("troupe.moving.partitions.max"));
  return x;
}

replication_config replication_of(const checked_values& checked) {
  replication_config x;
  x.lag_time_ms_max = checked.number("replica.lag.time.max.ms");
  x.fetch_bytes_max =
      static_cast<int32_t>(checked.number("replica.fetch.max.bytes"));
  x.fetch_backoff_ms =
      static_cast<int32_t>(checked.number("replica.fetch.backoff.ms"));
  x.rack_aware_reads =
      checked.text("replica.selector.class") == rack_aware_selector;
  x.moving_bytes_per_second = checked.number("troupe.moving.bytes.per.second");
  return x;
}

result<void> check_timeouts(const cluster_config& x) {
  if (x.session_timeout_ms < 2 * x.heartbeat_interval_ms)
    return failure(storage::errc::invalid_argument,
                   "broker.session.timeout.ms must be at least twice "
                   "broker.heartbeat.interval.ms: one lost heartbeat must not "
                   "end a session");
  return {};
}

} // namespace

result<broker_config> make_broker_config(config_map values) {
  if (auto ok = check_values(values); !ok)
    return failure(std::move(ok.error()));
  auto id = id_of(values);
  if (!id)
    return failure(std::move(id.error()));
  checked_values checked{values};
  broker_config x;
  x.id = *id;
  x.rack = checked.text("broker.rack");
  x.log_dirs = parse_list(checked.text("log.dirs"));
  if (x.log_dirs.empty() && !checked.text("log.dir").empty())
    x.log_dirs.emplace_back(checked.text("log.dir"));
  x.num_partitions = static_cast<int32_t>(checked.number("num.partitions"));
  x.default_replication_factor =
      static_cast<int16_t>(checked.number("default.replication.factor"));
  x.auto_create_topics = checked.flag("auto.create.topics.enable");
  x.delete_topics = checked.flag("delete.topic.enable");
  x.durability_level = durability_of(checked.text("troupe.durability"));
  x.flush_interval_ms = checked.number("troupe.flush.interval.ms");
  x.socket_request_max_bytes = checked.number("socket.request.max.bytes");
  x.fetch_max_bytes = checked.number("fetch.max.bytes");
  x.connections_max_idle_ms = checked.number("connections.max.idle.ms");
  x.max_connections = checked.number("max.connections");
  x.queued_max_requests_per_connection =
      checked.number("troupe.queued.max.requests.per.connection");
  x.queued_max_request_bytes = checked.number("queued.max.request.bytes");
  x.retention_check_interval_ms =
      checked.number("log.retention.check.interval.ms");
  x.cleaner = cleaner_of(checked);
  x.groups = groups_of(checked);
  x.offsets_topic = offsets_topic_of(checked);
  x.cluster = cluster_of(checked);
  if (auto ok = check_timeouts(x.cluster); !ok)
    return failure(std::move(ok.error()));
  x.replication = replication_of(checked);
  x.offsets_retention_check_interval_ms =
      checked.number("offsets.retention.check.interval.ms");
  x.partitions_max = checked.number("troupe.partitions.max");
  x.lanes = static_cast<int32_t>(checked.number("troupe.lanes"));
  x.log_level = checked.text("troupe.log.level");
  x.values = std::move(values);
  return x;
}

std::string print_config(const broker_config& config) {
  std::string text;
  for (const auto& key : broker_config_keys()) {
    auto i = config.values.find(std::string{key.name});
    auto value =
        i == config.values.end() ? std::string{key.default_value} : i->second;
    if (key.name == "node.id")
      value = std::to_string(config.id);
    bool unset = value.empty() && i == config.values.end();
    text += "# " + std::string{key.help} + "\n" + (unset ? "# " : "")
            + std::string{key.name} + "=" + escaped(value) + "\n\n";
  }
  return text;
}

} // namespace troupe::cluster
