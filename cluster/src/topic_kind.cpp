// SPDX-License-Identifier: Apache-2.0
#include <config_value.h>
#include <topic_name.h>
#include <troupe/cluster/topic_kind.h>

#include <algorithm>

namespace troupe::cluster {

namespace {

std::string_view prefix_of(companion_role role) noexcept {
  switch (role) {
  case companion_role::inbox:
    return "__troupe.inbox.";
  case companion_role::acknowledgements:
  case companion_role::dead_letters:
    return {};
  }
  return {};
}

std::string_view suffix_of(companion_role role) noexcept {
  switch (role) {
  case companion_role::inbox:
    return {};
  case companion_role::acknowledgements:
    return ".acks";
  case companion_role::dead_letters:
    return ".dead";
  }
  return {};
}

} // namespace

std::string_view to_string(topic_kind x) noexcept {
  switch (x) {
  case topic_kind::log:
    return "log";
  case topic_kind::delayed:
    return "delayed";
  case topic_kind::priority:
    return "priority";
  case topic_kind::queue:
    return "queue";
  case topic_kind::custom:
    return "custom";
  }
  return "unknown";
}

topic_kind kind_of(const config_map& overrides) noexcept {
  for (const auto& [key, value] : overrides)
    if (key == kind_key)
      for (auto x : {topic_kind::delayed, topic_kind::priority,
                     topic_kind::queue, topic_kind::custom})
        if (trimmed(value) == to_string(x))
          return x;
  return topic_kind::log;
}

std::string companion_name(std::string_view topic, companion_role role) {
  std::string name{prefix_of(role)};
  name += topic;
  name += suffix_of(role);
  return name;
}

std::vector<companion_role> companions_of(topic_kind x) {
  switch (x) {
  case topic_kind::log:
    return {};
  case topic_kind::delayed:
  case topic_kind::priority:
    return {companion_role::inbox};
  case topic_kind::queue:
  case topic_kind::custom:
    return {companion_role::inbox, companion_role::acknowledgements,
            companion_role::dead_letters};
  }
  return {};
}

size_t name_size_max(topic_kind x) {
  size_t longest = 0;
  for (auto role : companions_of(x))
    longest = std::max(longest, companion_name({}, role).size());
  return topic_name_size_max - longest;
}

} // namespace troupe::cluster
