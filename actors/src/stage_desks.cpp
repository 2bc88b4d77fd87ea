// SPDX-License-Identifier: Apache-2.0
#include "stage_desks.h"

#include <troupe/cluster/stage_config.h>

#include <caf/send.hpp>

#include <string>

namespace troupe::actors {

stage_desk_actor
stage_desks::desk_of(const cluster::topic_image& topic, const opener& open) {
  auto known = by_topic_.find(topic.id);
  bool named = topic.configs.contains(std::string{cluster::stages_key});
  if (known == by_topic_.end() && !named)
    return {};
  auto config = cluster::make_stage_config(topic.name, topic.configs);
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

void stage_desks::close_missing(const cluster::metadata_image& image) {
  std::erase_if(by_topic_, [&](const auto& x) {
    bool gone = image.find(x.first) == nullptr;
    if (gone)
      caf::anon_send(x.second.actor, reconfigure_stages{});
    return gone;
  });
}

} // namespace troupe::actors
