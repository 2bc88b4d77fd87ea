// SPDX-License-Identifier: Apache-2.0
#include <config_keys.h>
#include <config_value.h>
#include <topic_name.h>
#include <troupe/cluster/stage_config.h>
#include <troupe/cluster/topic_kind.h>

#include <algorithm>
#include <cctype>

namespace troupe::cluster {

namespace {

constexpr size_t stage_name_size_max = 64;

std::string_view
text_of(const config_map& overrides, std::string_view name) noexcept {
  const auto* key = find_topic_config(name);
  auto i = overrides.find(std::string{name});
  // A value that does not parse (an image of another version) is the default.
  return i != overrides.end() && check_config(*key, i->second)
             ? std::string_view{i->second}
             : key->default_value;
}

int64_t number_of(const config_map& overrides, std::string_view name) {
  return parse_integer(text_of(overrides, name)).value_or(0);
}

bool valid_stage_name(std::string_view x) noexcept {
  return !x.empty() && x.size() <= stage_name_size_max
         && std::ranges::all_of(x, [](unsigned char c) {
              return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
            });
}

tl::unexpected<storage::error> refuse(std::string text) {
  return failure(storage::errc::invalid_argument, std::move(text));
}

/// What stages in front of a topic and its views have in common.
stage_config config_below(std::string_view key, const config_map& overrides) {
  std::string name{key};
  stage_config x;
  x.names = parse_list(text_of(overrides, key));
  if (trimmed(text_of(overrides, name + ".on.failure")) == "open")
    x.on_failure = stage_policy::open;
  x.timeout_ms = number_of(overrides, name + ".timeout.ms");
  x.queue_max = static_cast<size_t>(number_of(overrides, name + ".queue.max"));
  return x;
}

result<void> check_names(std::string_view key, const config_map& overrides) {
  auto names = parse_list(text_of(overrides, key));
  if (names.size() > stages_max)
    return refuse(std::string{key} + " must not name more than "
                  + std::to_string(stages_max) + " stages");
  for (const auto& name : names)
    if (!valid_stage_name(name))
      return refuse(std::string{key} + ": '" + name
                    + "' is no name: 1 to 64 letters, digits, '.', '_', '-'");
  return {};
}

} // namespace

stage_config
make_stage_config(std::string_view topic, const config_map& overrides) {
  auto x = config_below(stages_key, overrides);
  x.dead_topic = trimmed(text_of(overrides, "troupe.stages.dead.topic"));
  if (x.dead_topic.empty())
    x.dead_topic = companion_name(topic, companion_role::dead_letters);
  return x;
}

stage_config make_view_config(std::string_view, const config_map& overrides) {
  return config_below(views_key, overrides);
}

result<void> check_stage_configs(const config_map& overrides) {
  for (auto key : {stages_key, views_key})
    if (auto checked = check_names(key, overrides); !checked)
      return checked;
  auto dead = trimmed(text_of(overrides, "troupe.stages.dead.topic"));
  if (!dead.empty() && !topic_name_fault(dead).empty())
    return refuse("troupe.stages.dead.topic must be the name of a topic");
  return {};
}

} // namespace troupe::cluster
