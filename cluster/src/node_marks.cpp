// SPDX-License-Identifier: Apache-2.0
#include <config_value.h>
#include <node_marks.h>

#include <string>
#include <utility>

namespace troupe::cluster {

namespace {

const config_map* configs_of(const metadata_image& image, node_id node) {
  auto i = image.broker_configs.find(node);
  return i == image.broker_configs.end() ? nullptr : &i->second;
}

} // namespace

std::string key_of(node_mark mark) {
  switch (mark) {
    case node_mark::draining:
      return "troupe.node.draining";
    case node_mark::filling:
      return "troupe.node.filling";
    case node_mark::crowded:
      return "troupe.node.crowded";
  }
  return {};
}

bool has_mark(const metadata_image& image, node_id node, node_mark mark) {
  const auto* configs = configs_of(image, node);
  if (configs == nullptr)
    return false;
  auto i = configs->find(key_of(mark));
  return i != configs->end() && parse_boolean(i->second).value_or(false);
}

metadata_record
marked(const metadata_image& image, node_id node, node_mark mark, bool set) {
  const auto* known = configs_of(image, node);
  auto configs = known == nullptr ? config_map{} : *known;
  if (set)
    configs[key_of(mark)] = "true";
  else
    configs.erase(key_of(mark));
  return broker_configs_replaced{node, std::move(configs)};
}

} // namespace troupe::cluster
