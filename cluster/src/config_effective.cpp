// SPDX-License-Identifier: Apache-2.0
#include <config_keys.h>
#include <config_value.h>
#include <troupe/cluster/topic_kind.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

namespace troupe::cluster {

namespace {

constexpr int64_t minute_ms = 60000;
constexpr int64_t hour_ms = 3600000;

/// Where broker values come from, best first.
using broker_sources =
    std::array<std::pair<config_source, const config_map*>, 3>;

const config_map* dynamic_configs(const metadata_image& image, node_id node) {
  auto i = image.broker_configs.find(node);
  return i == image.broker_configs.end() ? nullptr : &i->second;
}

broker_sources sources_of(const metadata_image& image, node_id node,
                          const config_map& static_broker) {
  return {
      {{config_source::dynamic_broker, dynamic_configs(image, node)},
       {config_source::dynamic_default_broker, dynamic_configs(image, no_node)},
       {config_source::static_broker, &static_broker}}};
}

/// `value` in the unit of the topic key; -1 hours are -1 milliseconds.
std::string scaled(const std::string& value, int64_t factor) {
  auto x = parse_integer(value);
  return factor == 1 || !x ? value : std::to_string(*x < 0 ? *x : *x * factor);
}

void offer(effective_config& x, std::string_view name, const config_map* from,
           config_source source, int64_t factor) {
  if (from == nullptr)
    return;
  auto i = from->find(std::string{name});
  if (i == from->end())
    return;
  if (x.synonyms.empty()) {
    x.value = scaled(i->second, factor);
    x.source = source;
  }
  x.synonyms.push_back({i->first, i->second, source});
}

void offer_default(effective_config& x, std::string_view name) {
  if (x.synonyms.empty())
    x.value = x.key->default_value;
  x.synonyms.push_back({std::string{name}, std::string{x.key->default_value},
                        config_source::default_value});
}

effective_config effective_topic_config(const config_key& key,
                                        const config_map& overrides,
                                        const broker_sources& sources) {
  effective_config x;
  x.key = &key;
  offer(x, key.name, &overrides, config_source::topic, 1);
  for (const auto& synonym : synonyms_of(key))
    for (const auto& [source, from] : sources)
      offer(x, synonym.name, from, source, synonym.factor);
  offer_default(x, key.broker_synonym.empty() ? key.name : key.broker_synonym);
  return x;
}

/// The numbers and words of a log's configuration, out of effective values. A
/// value that does not parse (an image of another version) counts as default.
class value_reader {
public:
  explicit value_reader(std::vector<effective_config> configs)
      : configs_(std::move(configs)) {}

  int64_t number(std::string_view name) const {
    const auto& x = find(name);
    if (check_config(*x.key, x.value))
      return parse_integer(x.value).value_or(0);
    return parse_integer(x.key->default_value).value_or(0);
  }

  double fraction(std::string_view name) const {
    const auto& x = find(name);
    auto value =
        check_config(*x.key, x.value) ? parse_real(x.value) : std::nullopt;
    return value ? *value : parse_real(x.key->default_value).value_or(0);
  }

  bool contains(std::string_view name, std::string_view word) const {
    auto parts = parse_list(find(name).value);
    return std::find(parts.begin(), parts.end(), word) != parts.end();
  }

private:
  const effective_config& find(std::string_view name) const {
    return *std::find_if(configs_.begin(), configs_.end(),
                         [name](const auto& x) { return x.key->name == name; });
  }

  std::vector<effective_config> configs_;
};

/// With `troupe.durability=interval` no log stays unsynced for longer.
int64_t flush_ms_max(const config_map& static_broker) {
  auto durability = static_broker.find("troupe.durability");
  if (durability == static_broker.end()
      || trimmed(durability->second) != "interval")
    return storage::log_config::unlimited;
  auto interval = static_broker.find("troupe.flush.interval.ms");
  auto text =
      interval == static_broker.end()
          ? find_broker_config("troupe.flush.interval.ms")->default_value
          : std::string_view{interval->second};
  return parse_integer(text).value_or(storage::log_config::unlimited);
}

/// The inbox has checked every record already. Moved to a topic of another kind
/// it keeps its timestamp, however late that is, and has more headers.
void take_what_is_moved(storage::log_config& x) {
  x.log_append_time = false;
  x.timestamp_before_max_ms = storage::log_config::unlimited;
  x.timestamp_after_max_ms = storage::log_config::unlimited;
  x.max_message_bytes = std::numeric_limits<int32_t>::max();
}

} // namespace

std::vector<config_synonym> synonyms_of(const config_key& topic_key) {
  if (topic_key.name == "retention.ms")
    return {{"log.retention.ms"},
            {"log.retention.minutes", minute_ms},
            {"log.retention.hours", hour_ms}};
  if (topic_key.name == "segment.ms")
    return {{"log.roll.ms"}, {"log.roll.hours", hour_ms}};
  if (topic_key.name == "segment.jitter.ms")
    return {{"log.roll.jitter.ms"}, {"log.roll.jitter.hours", hour_ms}};
  if (topic_key.name == "flush.ms")
    return {{"log.flush.interval.ms"}, {"log.flush.scheduler.interval.ms"}};
  if (topic_key.broker_synonym.empty())
    return {};
  return {{topic_key.broker_synonym}};
}

effective_config
effective_broker_config(const config_key& key, const metadata_image& image,
                        node_id node, const config_map& static_broker) {
  effective_config x;
  x.key = &key;
  for (const auto& [source, from] : sources_of(image, node, static_broker))
    offer(x, key.name, from, source, 1);
  offer_default(x, key.name);
  return x;
}

std::vector<effective_config>
effective_topic_configs(const config_map& overrides,
                        const metadata_image& image, node_id node,
                        const config_map& static_broker) {
  auto sources = sources_of(image, node, static_broker);
  std::vector<effective_config> configs;
  for (const auto& key : topic_config_keys())
    configs.push_back(effective_topic_config(key, overrides, sources));
  return configs;
}

std::vector<effective_config>
effective_broker_configs(const metadata_image& image, node_id node,
                         const config_map& static_broker) {
  std::vector<effective_config> configs;
  for (const auto& key : broker_config_keys())
    configs.push_back(effective_broker_config(key, image, node, static_broker));
  return configs;
}

storage::log_config make_log_config(const config_map& overrides,
                                    const metadata_image& image, node_id node,
                                    const config_map& static_broker) {
  auto configs = effective_topic_configs(overrides, image, node, static_broker);
  configs.push_back(
      effective_broker_config(*find_broker_config("producer.id.expiration.ms"),
                              image, node, static_broker));
  value_reader values{std::move(configs)};
  storage::log_config x;
  x.segment_bytes = values.number("segment.bytes");
  x.segment_ms = values.number("segment.ms");
  x.segment_index_bytes = values.number("segment.index.bytes");
  x.index_interval_bytes = values.number("index.interval.bytes");
  x.retention_ms = values.number("retention.ms");
  x.retention_bytes = values.number("retention.bytes");
  x.cleanup_delete = values.contains("cleanup.policy", "delete");
  // What was moved to a topic of another kind is read back after a crash, even
  // where the broker's default is to compact.
  x.cleanup_compact = values.contains("cleanup.policy", "compact")
                      && kind_of(overrides) == topic_kind::log;
  x.min_cleanable_dirty_ratio = values.fraction("min.cleanable.dirty.ratio");
  x.delete_retention_ms = values.number("delete.retention.ms");
  x.min_compaction_lag_ms = values.number("min.compaction.lag.ms");
  x.max_compaction_lag_ms = values.number("max.compaction.lag.ms");
  x.max_message_bytes = values.number("max.message.bytes");
  x.log_append_time =
      values.contains("message.timestamp.type", "LogAppendTime");
  x.timestamp_before_max_ms = values.number("message.timestamp.before.max.ms");
  x.timestamp_after_max_ms = values.number("message.timestamp.after.max.ms");
  x.flush_messages = values.number("flush.messages");
  x.flush_ms = std::min(values.number("flush.ms"), flush_ms_max(static_broker));
  x.file_delete_delay_ms = values.number("file.delete.delay.ms");
  x.producer_id_expiration_ms = values.number("producer.id.expiration.ms");
  if (kind_of(overrides) != topic_kind::log)
    take_what_is_moved(x);
  return x;
}

int32_t min_insync_replicas(const config_map& overrides,
                            const metadata_image& image, node_id node,
                            const config_map& static_broker) {
  constexpr std::string_view name = "min.insync.replicas";
  value_reader values{
      {effective_topic_config(*find_topic_config(name), overrides,
                              sources_of(image, node, static_broker))}};
  return static_cast<int32_t>(values.number(name));
}

bool unclean_election_allowed(const config_map& overrides,
                              const metadata_image& image, node_id node,
                              const config_map& static_broker) {
  constexpr std::string_view name = "unclean.leader.election.enable";
  auto x = effective_topic_config(*find_topic_config(name), overrides,
                                  sources_of(image, node, static_broker));
  return parse_boolean(x.value).value_or(false);
}

} // namespace troupe::cluster
