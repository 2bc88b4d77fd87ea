// SPDX-License-Identifier: Apache-2.0
#include <companions.h>
#include <quoted.h>
#include <refused.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace troupe::cluster {

namespace {

/// The role in which a topic of that name belongs to another one, if it does.
std::optional<companion_role>
role_of(const metadata_image& image, std::string_view name) {
  if (name.starts_with(reserved_prefix))
    return companion_role::inbox;
  for (auto role :
       {companion_role::acknowledgements, companion_role::dead_letters}) {
    auto suffix = companion_name({}, role);
    if (!name.ends_with(suffix))
      continue;
    const auto* topic =
        image.find(std::string{name.substr(0, name.size() - suffix.size())});
    if (topic == nullptr)
      continue;
    auto roles = companions_of(kind_of(topic->configs));
    if (std::find(roles.begin(), roles.end(), role) != roles.end())
      return role;
  }
  return std::nullopt;
}

decision refuse_companion(std::string_view name) {
  return refuse(refusal::invalid_request,
                "topic " + quoted(name)
                    + " belongs to another one, and changes with it");
}

bool concerns_replicas(std::string_view key) noexcept {
  return key == "min.insync.replicas"
         || key == "unclean.leader.election.enable";
}

} // namespace

std::vector<companion>
companions_in(const metadata_image& image, const topic_image& x) {
  std::vector<companion> found;
  for (auto role : companions_of(kind_of(x.configs)))
    if (const auto* topic = image.find(companion_name(x.name, role)))
      found.push_back({role, topic});
  return found;
}

bool is_companion(const metadata_image& image, std::string_view name) {
  return role_of(image, name).has_value();
}

config_map companion_configs(const config_map& overrides, companion_role role) {
  constexpr auto largest_bytes = std::numeric_limits<int32_t>::max();
  constexpr auto longest_ms = std::numeric_limits<int64_t>::max();
  config_map configs;
  for (const auto& [key, value] : overrides)
    if (concerns_replicas(key)
        || (role == companion_role::inbox && !key.starts_with("troupe.")))
      configs[key] = value;
  configs["cleanup.policy"] = "delete";
  switch (role) {
  case companion_role::inbox:
  case companion_role::acknowledgements:
    configs["retention.ms"] = "-1";
    configs["retention.bytes"] = "-1";
    break;
  case companion_role::dead_letters:
    configs["max.message.bytes"] = std::to_string(largest_bytes);
    configs["message.timestamp.type"] = "CreateTime";
    configs["message.timestamp.before.max.ms"] = std::to_string(longest_ms);
    configs["message.timestamp.after.max.ms"] = std::to_string(longest_ms);
    break;
  }
  return configs;
}

bool follows_configs(companion_role role) noexcept {
  return role != companion_role::dead_letters;
}

decision
check_not_companion(const metadata_image& image, std::string_view name) {
  return is_companion(image, name) ? refuse_companion(name) : decision{};
}

decision
check_configs_are_its_own(const metadata_image& image, std::string_view name) {
  auto role = role_of(image, name);
  return role && follows_configs(*role) ? refuse_companion(name) : decision{};
}

} // namespace troupe::cluster
