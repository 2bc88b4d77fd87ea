// SPDX-License-Identifier: Apache-2.0
#include <companions.h>
#include <config_keys.h>
#include <config_value.h>
#include <quoted.h>
#include <refused.h>
#include <troupe/cluster/controller.h>
#include <troupe/cluster/topic_kind.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace troupe::cluster {

namespace {

/// One alteration in work: what it changes and against what.
struct alteration {
  const metadata_image& image;
  const config_alteration& asked;
  const broker_config& broker;
  /// The overrides; becomes the new set.
  config_map configs;

  const config_key* find_key(const std::string& name) const {
    return asked.is_broker ? find_broker_config(name) : find_topic_config(name);
  }

  decision apply(const config_change& change);
  decision set(const config_key& key, const config_change& change);
  decision change_list(const config_key& key, const config_change& change);
  /// The value that appending starts from: what is in force.
  std::string value_in_force(const config_key& key) const;
  decision check_kind(const config_map& present) const;
  decision check_result() const;
};

decision invalid_config(std::string message) {
  return refuse(refusal::invalid_config, std::move(message));
}

decision alteration::set(const config_key& key, const config_change& change) {
  if (!change.value)
    return refuse(refusal::invalid_request,
                  "configuration " + quoted(change.name) + " has no value");
  if (auto ok = check_config(key, *change.value); !ok)
    return invalid_config(ok.error().message);
  configs[change.name] = *change.value;
  return {};
}

std::string alteration::value_in_force(const config_key& key) const {
  if (auto i = configs.find(std::string{key.name}); i != configs.end())
    return i->second;
  if (asked.is_broker)
    return effective_broker_config(key, image, asked.node, broker.values).value;
  for (const auto& x :
       effective_topic_configs({}, image, broker.id, broker.values))
    if (x.key->name == key.name)
      return x.value;
  return std::string{key.default_value};
}

decision
alteration::change_list(const config_key& key, const config_change& change) {
  if (key.type != config_type::list)
    return invalid_config("configuration " + quoted(change.name)
                          + " is not a list: nothing can be appended to it or "
                            "subtracted from it");
  if (!change.value)
    return refuse(refusal::invalid_request,
                  "configuration " + quoted(change.name) + " has no value");
  auto parts = parse_list(value_in_force(key));
  for (const auto& part : parse_list(*change.value)) {
    auto i = std::find(parts.begin(), parts.end(), part);
    if (change.operation == config_operation::subtract && i != parts.end())
      parts.erase(i);
    if (change.operation == config_operation::append && i == parts.end())
      parts.push_back(part);
  }
  auto joined = join_list(parts);
  if (auto ok = check_config(key, joined); !ok)
    return invalid_config(ok.error().message);
  configs[change.name] = joined;
  return {};
}

decision alteration::apply(const config_change& change) {
  const auto* key = find_key(change.name);
  // What an older version stored may always be removed.
  if (change.operation == config_operation::remove
      && configs.contains(change.name)) {
    configs.erase(change.name);
    return {};
  }
  if (key == nullptr)
    return invalid_config((asked.is_broker ? unknown_broker_config(change.name)
                                           : unknown_topic_config(change.name))
                              .message);
  // A topic's are compared when all changes are made: a tool may send back
  // what it read.
  if (asked.is_broker && !key->dynamic)
    return refuse(refusal::invalid_request,
                  "configuration " + quoted(change.name)
                      + " cannot be changed while the broker runs; set it in "
                        "the broker's configuration and restart");
  switch (change.operation) {
  case config_operation::set:
    return set(*key, change);
  case config_operation::remove:
    return {};
  case config_operation::append:
  case config_operation::subtract:
    return change_list(*key, change);
  }
  return refuse(refusal::invalid_request,
                "unknown operation on configuration " + quoted(change.name));
}

decision alteration::check_kind(const config_map& present) const {
  if (asked.is_broker || kind_of(configs) == kind_of(present))
    return {};
  return invalid_config(std::string{kind_key}
                        + " is chosen when a topic is "
                          "created and stays "
                        + std::string{to_string(kind_of(present))});
}

decision alteration::check_result() const {
  auto ok = check_topic_configs(asked.is_broker ? topic_defaults_of(configs)
                                                : configs);
  return ok ? decision{} : invalid_config(ok.error().message);
}

decision check_distinct(const std::vector<config_change>& changes) {
  std::set<std::string_view> names;
  for (const auto& change : changes)
    if (!names.insert(change.name).second)
      return refuse(refusal::invalid_request,
                    "configuration " + quoted(change.name)
                        + " is named twice in one request");
  return {};
}

decision
check_resource(const metadata_image& image, const config_alteration& x) {
  if (!x.is_broker && image.find(x.topic) == nullptr)
    return refuse(refusal::unknown_topic,
                  "topic " + quoted(x.topic) + " does not exist");
  if (auto verdict = check_configs_are_its_own(image, x.topic); !verdict.ok())
    return verdict;
  if (x.is_broker && x.node != no_node && !image.nodes.contains(x.node))
    return refuse(refusal::invalid_request,
                  "no broker has the id " + std::to_string(x.node));
  return check_distinct(x.changes);
}

config_map
present_configs(const metadata_image& image, const config_alteration& x) {
  if (!x.is_broker)
    return image.find(x.topic)->configs;
  auto i = image.broker_configs.find(x.node);
  return i == image.broker_configs.end() ? config_map{} : i->second;
}

} // namespace

outcome controller::alter_configs(const metadata_image& image,
                                  const config_alteration& x) {
  if (auto verdict = check_resource(image, x); !verdict.ok())
    return {std::move(verdict), {}};
  auto present = present_configs(image, x);
  alteration work{image, x, config_, x.replace_all ? config_map{} : present};
  for (const auto& change : x.changes)
    if (auto verdict = work.apply(change); !verdict.ok())
      return {std::move(verdict), {}};
  if (auto verdict = work.check_kind(present); !verdict.ok())
    return {std::move(verdict), {}};
  if (auto verdict = work.check_result(); !verdict.ok())
    return {std::move(verdict), {}};
  if (work.configs == present)
    return {};
  if (x.is_broker)
    return {{}, {broker_configs_replaced{x.node, std::move(work.configs)}}};
  const auto* topic = image.find(x.topic);
  metadata_delta delta;
  for (const auto& [role, companion] : companions_in(image, *topic))
    if (follows_configs(role))
      delta.push_back(topic_configs_replaced{
          companion->id, companion_configs(work.configs, role)});
  delta.push_back(topic_configs_replaced{topic->id, std::move(work.configs)});
  return {{}, std::move(delta)};
}

} // namespace troupe::cluster
