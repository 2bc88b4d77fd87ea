// SPDX-License-Identifier: Apache-2.0
#include <config_keys.h>
#include <config_value.h>
#include <nearest_name.h>
#include <quoted.h>

#include <algorithm>
#include <string>
#include <vector>

namespace troupe::cluster {

namespace {

std::vector<config_key> all_broker_keys() {
  std::vector<config_key> keys;
  for (auto part : {broker_log_keys(), broker_node_keys(), broker_group_keys(),
                    broker_cluster_keys(), broker_accepted_keys()})
    keys.insert(keys.end(), part.begin(), part.end());
  std::sort(keys.begin(), keys.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return keys;
}

const config_key*
find_key(std::span<const config_key> keys, std::string_view name) {
  auto i = std::lower_bound(
      keys.begin(), keys.end(), name,
      [](const config_key& key, std::string_view x) { return key.name < x; });
  return i != keys.end() && i->name == name ? &*i : nullptr;
}

tl::unexpected<storage::error> bad_value(const config_key& key,
                                         std::string_view value,
                                         const std::string& reason) {
  return failure(storage::errc::invalid_argument,
                 "invalid value " + quoted(value) + " for configuration "
                     + std::string{key.name} + ": " + reason);
}

result<void> check_integer(const config_key& key, std::string_view value) {
  auto x = parse_integer(value);
  if (!x)
    return bad_value(key, value, "not a whole number");
  if (*x < key.min)
    return bad_value(key, value,
                     "value must be at least " + std::to_string(key.min));
  if (*x > key.max)
    return bad_value(key, value,
                     "value must be no more than " + std::to_string(key.max));
  return {};
}

result<void> check_real(const config_key& key, std::string_view value) {
  auto x = parse_real(value);
  if (!x)
    return bad_value(key, value, "not a number");
  if (*x < static_cast<double>(key.min))
    return bad_value(key, value,
                     "value must be at least " + std::to_string(key.min));
  if (key.max != int64_top && *x > static_cast<double>(key.max))
    return bad_value(key, value,
                     "value must be no more than " + std::to_string(key.max));
  return {};
}

std::string choices(const config_key& key) {
  std::string text = "must be one of ";
  for (auto c : key.words)
    text += c == '|' ? std::string{", "} : std::string{c};
  return text;
}

result<void> check_list(const config_key& key, std::string_view value) {
  auto parts = parse_list(value);
  if (key.words.empty())
    return {};
  if (parts.empty())
    return bad_value(key, value, "must not be empty");
  for (const auto& part : parts)
    if (!one_of(key.words, part))
      return bad_value(key, value, "each part " + choices(key));
  return {};
}

int64_t integer_or_default(const config_map& configs, std::string_view name) {
  auto i = configs.find(std::string{name});
  auto text = i == configs.end() ? find_topic_config(name)->default_value
                                 : std::string_view{i->second};
  return parse_integer(text).value_or(0);
}

storage::error unknown(std::string_view kind, std::string_view name,
                       std::string_view nearest) {
  auto message =
      "unknown " + std::string{kind} + " configuration " + quoted(name);
  if (!nearest.empty())
    message += "; did you mean " + quoted(nearest) + "?";
  return {storage::errc::invalid_argument, std::move(message)};
}

} // namespace

std::span<const config_key> broker_config_keys() {
  static const auto keys = all_broker_keys();
  return keys;
}

const config_key* find_topic_config(std::string_view name) {
  return find_key(topic_config_keys(), name);
}

const config_key* find_broker_config(std::string_view name) {
  return find_key(broker_config_keys(), name);
}

config_map topic_defaults_of(const config_map& broker_values) {
  config_map configs;
  for (const auto& key : topic_config_keys())
    if (auto i = broker_values.find(std::string{key.broker_synonym});
        i != broker_values.end())
      configs.emplace(key.name, i->second);
  return configs;
}

storage::error unknown_topic_config(std::string_view name) {
  auto nearest = nearest_name(topic_config_keys(), name);
  for (const auto& key : topic_config_keys())
    if (!name.empty() && key.broker_synonym == name)
      nearest = key.name;
  return unknown("topic", name, nearest);
}

storage::error unknown_broker_config(std::string_view name) {
  auto nearest = nearest_name(broker_config_keys(), name);
  const auto* topic_key = find_topic_config(name);
  if (topic_key != nullptr && !topic_key->broker_synonym.empty())
    nearest = topic_key->broker_synonym;
  return unknown("broker", name, nearest);
}

result<void> check_config(const config_key& key, std::string_view value) {
  if (value.size() > config_value_bytes_max)
    return bad_value(key, value,
                     "longer than " + std::to_string(config_value_bytes_max)
                         + " bytes");
  switch (key.type) {
  case config_type::boolean:
    if (!parse_boolean(value))
      return bad_value(key, value, "must be true or false");
    return {};
  case config_type::string:
    if (!key.words.empty() && !one_of(key.words, trimmed(value)))
      return bad_value(key, value, choices(key));
    return {};
  case config_type::int32:
  case config_type::int16:
  case config_type::int64:
    return check_integer(key, value);
  case config_type::floating:
    return check_real(key, value);
  case config_type::list:
    return check_list(key, value);
  }
  return bad_value(key, value, "the key has no known type");
}

result<void> check_topic_configs(const config_map& overrides) {
  for (const auto& [name, value] : overrides) {
    const auto* key = find_topic_config(name);
    if (key == nullptr)
      return failure(unknown_topic_config(name));
    if (auto ok = check_config(*key, value); !ok)
      return ok;
  }
  if (integer_or_default(overrides, "min.compaction.lag.ms")
      > integer_or_default(overrides, "max.compaction.lag.ms"))
    return failure(storage::errc::invalid_argument,
                   "min.compaction.lag.ms must not be larger than "
                   "max.compaction.lag.ms");
  auto remote = overrides.find("remote.storage.enable");
  if (remote != overrides.end()
      && parse_boolean(remote->second).value_or(false))
    return failure(storage::errc::invalid_argument,
                   "remote.storage.enable must be false: there is no tiered "
                   "storage");
  if (auto stages = check_stage_configs(overrides); !stages)
    return stages;
  return check_kind_configs(overrides);
}

} // namespace troupe::cluster
