// SPDX-License-Identifier: Apache-2.0
#include <config_keys.h>
#include <config_value.h>
#include <troupe/cluster/kind_config.h>

#include <algorithm>

namespace troupe::cluster {

namespace {

std::string_view
text_of(const config_map& overrides, const config_key& key) noexcept {
  auto i = overrides.find(std::string{key.name});
  // A value that does not parse (an image of another version) is the default.
  return i != overrides.end() && check_config(key, i->second)
             ? std::string_view{i->second}
             : key.default_value;
}

int64_t number_of(const config_map& overrides, std::string_view name) {
  return parse_integer(text_of(overrides, *find_topic_config(name)))
      .value_or(0);
}

} // namespace

kind_config make_kind_config(const config_map& overrides) {
  auto number = [&](std::string_view name) {
    return number_of(overrides, name);
  };
  kind_config x;
  x.kind = kind_of(overrides);
  auto pending_max = static_cast<size_t>(number("troupe.pending.max"));
  x.delayed.delay_max_ms = number("troupe.delay.max.ms");
  x.delayed.pending_max = pending_max;
  x.priority.step = number("troupe.priority.step");
  x.priority.window = number("troupe.priority.window");
  x.priority.group =
      trimmed(text_of(overrides, *find_topic_config("troupe.priority.group")));
  x.priority.pending_max = pending_max;
  x.queue.visibility_ms = number("troupe.queue.visibility.ms");
  x.queue.backoff_ms = number("troupe.queue.backoff.ms");
  x.queue.backoff_max_ms = number("troupe.queue.backoff.max.ms");
  x.queue.tries_max = static_cast<int32_t>(number("troupe.queue.tries.max"));
  x.queue.window = static_cast<size_t>(number("troupe.queue.window"));
  x.queue.pending_max = pending_max;
  x.custom_name =
      trimmed(text_of(overrides, *find_topic_config("troupe.custom.kind")));
  return x;
}

result<void> check_kind_configs(const config_map& overrides) {
  auto kind = kind_of(overrides);
  auto policy = overrides.find("cleanup.policy");
  if (kind != topic_kind::log && policy != overrides.end()) {
    auto parts = parse_list(policy->second);
    if (std::find(parts.begin(), parts.end(), "compact") != parts.end())
      return failure(storage::errc::invalid_argument,
                     "cleanup.policy must be delete where troupe.kind is "
                         + std::string{to_string(kind)}
                         + ": what was delivered is read back after a crash");
  }
  if (kind == topic_kind::custom
      && make_kind_config(overrides).custom_name.empty())
    return failure(storage::errc::invalid_argument,
                   "troupe.custom.kind must name the kind where troupe.kind is "
                   "custom");
  if (number_of(overrides, "troupe.queue.backoff.ms")
      > number_of(overrides, "troupe.queue.backoff.max.ms"))
    return failure(storage::errc::invalid_argument,
                   "troupe.queue.backoff.ms must not be larger than "
                   "troupe.queue.backoff.max.ms");
  return {};
}

} // namespace troupe::cluster
