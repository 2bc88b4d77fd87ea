// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/stage_interfaces.h>
#include <troupe/cluster/metadata_image.h>
#include <troupe/cluster/stage_config.h>
#include <troupe/storage/types.h>

#include <caf/send.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace troupe::actors {

/// The desks of the topics that have stages, or views, as the metadata says.
/// The broker's. `Desk` takes `reconfigure_stages`.
template <class Desk>
class topic_desks {
public:
  using opener = std::function<Desk(const cluster::topic_image&)>;
  using reader = cluster::stage_config (*)(std::string_view topic,
                                           const cluster::config_map&);

  /// `read` says what the topic has that names some under `key`.
  topic_desks(std::string_view key, reader read) : key_(key), read_(read) {}

  /// Null for a topic without any. Tells a desk what has changed.
  Desk desk_of(const cluster::topic_image& topic, const opener& open) {
    auto known = by_topic_.find(topic.id);
    if (known == by_topic_.end() && !topic.configs.contains(key_))
      return {};
    auto config = read_(topic.name, topic.configs);
    if (config.names.empty()) {
      if (known != by_topic_.end())
        caf::anon_send(known->second.actor, reconfigure_stages{});
      by_topic_.erase(topic.id);
      return {};
    }
    if (known == by_topic_.end()) {
      auto made = open(topic);
      by_topic_.emplace(topic.id, open_desk{made, topic.configs});
      return made;
    }
    auto& desk = known->second;
    if (desk.configs != topic.configs) {
      desk.configs = topic.configs;
      caf::anon_send(desk.actor, reconfigure_stages{config, topic.configs});
    }
    return desk.actor;
  }

  /// Desks of topics that are gone let what comes late pass.
  void close_missing(const cluster::metadata_image& image) {
    std::erase_if(by_topic_, [&](const auto& x) {
      bool gone = image.find(x.first) == nullptr;
      if (gone)
        caf::anon_send(x.second.actor, reconfigure_stages{});
      return gone;
    });
  }

private:
  struct open_desk {
    Desk actor;
    cluster::config_map configs;
  };

  std::string key_;
  reader read_;
  std::unordered_map<storage::uuid, open_desk> by_topic_;
};

} // namespace troupe::actors
