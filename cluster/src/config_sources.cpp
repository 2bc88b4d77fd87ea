// SPDX-License-Identifier: Apache-2.0
#include <config_keys.h>
#include <config_value.h>
#include <properties_reader.h>
#include <quoted.h>
#include <troupe/cluster/broker_config.h>

#include <algorithm>
#include <string>
#include <utility>

namespace troupe::cluster {

namespace {

constexpr std::string_view environment_prefix = "TROUPE_";
constexpr std::string_view own_prefix = "troupe.";

result<void> check_assignment(std::string_view key, std::string_view value) {
  const auto* known = find_broker_config(key);
  if (known == nullptr)
    return failure(unknown_broker_config(key));
  return check_config(*known, value);
}

/// `LOG_RETENTION_MS` -> `log.retention.ms`.
std::string key_of_variable(std::string_view name) {
  std::string key;
  for (auto c : name) {
    if (c == '_')
      key += '.';
    else
      key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  // Our own keys need not say "troupe" twice.
  auto own = std::string{own_prefix} + key;
  if (find_broker_config(key) == nullptr && find_broker_config(own) != nullptr)
    return own;
  return key;
}

tl::unexpected<storage::error> at(std::string place, storage::error x) {
  x.message = std::move(place) + ": " + x.message;
  return failure(std::move(x));
}

} // namespace

result<config_map>
parse_properties(std::string_view text, std::string_view origin) {
  config_map values;
  properties_reader reader{text};
  while (auto line = reader.next()) {
    auto place = std::string{origin} + ":" + std::to_string(line->number);
    auto property = split_property(line->text);
    if (!property)
      return at(place, std::move(property.error()));
    auto value = std::string{trimmed(property->second)};
    if (auto ok = check_assignment(property->first, value); !ok)
      return at(place, std::move(ok.error()));
    values[property->first] = std::move(value);
  }
  return values;
}

result<config_map> parse_environment(const char* const* environment) {
  config_map values;
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    std::string_view variable{*environment};
    if (!variable.starts_with(environment_prefix))
      continue;
    auto name = variable.substr(0, variable.find('='));
    auto value =
        trimmed(variable.substr(std::min(name.size() + 1, variable.size())));
    auto key = key_of_variable(name.substr(environment_prefix.size()));
    if (auto ok = check_assignment(key, value); !ok)
      return at("environment variable " + quoted(name), std::move(ok.error()));
    values[key] = value;
  }
  return values;
}

result<std::pair<std::string, std::string>>
parse_assignment(std::string_view text) {
  auto end = text.find('=');
  if (end == std::string_view::npos)
    return failure(storage::errc::invalid_argument,
                   "expected key=value instead of " + quoted(text));
  auto key = trimmed(text.substr(0, end));
  auto value = trimmed(text.substr(end + 1));
  if (auto ok = check_assignment(key, value); !ok)
    return failure(std::move(ok.error()));
  return std::pair{std::string{key}, std::string{value}};
}

} // namespace troupe::cluster
