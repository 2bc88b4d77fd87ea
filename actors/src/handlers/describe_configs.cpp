// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "answers.h"
#include "config_resources.h"
#include "handlers.h"
#include "item_bound.h"
#include "mentions.h"
#include "problem_text.h"

#include <troupe/cluster/config_table.h>

#include <unordered_set>
#include <utility>

namespace troupe::actors::handlers {

namespace {

using asked_resource = kafka::describe_configs_request::resource;
using entry_type = kafka::describe_configs_response::config;
using result_entry = kafka::describe_configs_response::result_entry;

/// Which keys and how much of them a client wants to see.
struct wish {
  bool synonyms = false;
  bool documentation = false;
  /// Empty: all.
  std::unordered_set<std::string_view> keys;
};

wish wish_of(const kafka::describe_configs_request& x,
             const asked_resource& resource) {
  wish wanted{x.include_synonyms, x.include_documentation, {}};
  if (resource.configuration_keys)
    for (const auto& key : *resource.configuration_keys)
      wanted.keys.insert(key);
  return wanted;
}

entry_type
to_entry(cluster::effective_config& x, const wish& wanted, bool of_topic) {
  using cluster::config_source;
  entry_type entry;
  entry.name = x.key->name;
  entry.value = std::move(x.value);
  entry.read_only = !x.key->dynamic;
  entry.is_default = of_topic ? x.source != config_source::topic
                              : x.source == config_source::default_value;
  entry.config_source = static_cast<int8_t>(x.source);
  entry.config_type = static_cast<int8_t>(x.key->type);
  if (wanted.documentation)
    entry.documentation = std::string(x.key->help);
  if (wanted.synonyms)
    for (auto& synonym : x.synonyms)
      entry.synonyms.push_back({std::move(synonym.name),
                                std::move(synonym.value),
                                static_cast<int8_t>(synonym.source)});
  return entry;
}

std::vector<entry_type>
to_entries(std::vector<cluster::effective_config> configs, const wish& wanted,
           bool of_topic) {
  std::vector<entry_type> entries;
  for (auto& x : configs)
    if (wanted.keys.empty() || wanted.keys.contains(x.key->name))
      entries.push_back(to_entry(x, wanted, of_topic));
  return entries;
}

/// The default of all brokers has only what was set for it.
std::vector<cluster::effective_config>
default_broker_configs(const cluster::metadata_image& image) {
  using cluster::config_source;
  std::vector<cluster::effective_config> configs;
  auto found = image.broker_configs.find(cluster::no_node);
  if (found == image.broker_configs.end())
    return configs;
  for (const auto& [name, value] : found->second) {
    const auto* key = cluster::find_broker_config(name);
    if (key == nullptr)
      continue;
    auto source = config_source::dynamic_default_broker;
    configs.push_back({key, value, source, {{name, value, source}}});
  }
  return configs;
}

problem
describe_resource(result_entry& into, const cluster::config_alteration& whose,
                  const wish& wanted, const cluster::metadata_image& image,
                  const cluster::broker_config& config) {
  if (!whose.is_broker) {
    const auto* topic = image.find(whose.topic);
    if (topic == nullptr)
      return cluster::decision{cluster::valid_topic_name(whose.topic)
                                   ? cluster::refusal::unknown_topic
                                   : cluster::refusal::invalid_topic_name,
                               "there is no such topic"};
    into.configs =
        to_entries(cluster::effective_topic_configs(topic->configs, image,
                                                    config.id, config.values),
                   wanted, true);
    return {};
  }
  if (whose.node == cluster::no_node) {
    into.configs = to_entries(default_broker_configs(image), wanted, false);
    return {};
  }
  if (whose.node != config.id)
    return invalid_request("this is broker " + std::to_string(config.id)
                           + "; ask the broker itself");
  into.configs = to_entries(
      cluster::effective_broker_configs(image, config.id, config.values),
      wanted, false);
  return {};
}

} // namespace

kafka::describe_configs_response
answer_describe_configs(const kafka::describe_configs_request& x,
                        const cluster::metadata_image& image,
                        const cluster::broker_config& config) {
  kafka::describe_configs_response response;
  std::unordered_set<std::string> answered;
  for (const auto& asked : x.resources) {
    if (!answered.insert(resource_key(asked.resource_type, asked.resource_name))
             .second)
      continue;
    result_entry entry;
    entry.resource_type = asked.resource_type;
    entry.resource_name = asked.resource_name;
    auto whose = find_resource(asked.resource_type, asked.resource_name);
    auto why = whose ? describe_resource(entry, *whose, wish_of(x, asked),
                                         image, config)
                     : whose.error();
    entry.error_code = wire_code(why);
    entry.error_message = text_of(why);
    response.results.push_back(std::move(entry));
  }
  return response;
}

result<void> describe_configs(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::describe_configs_request>();
  if (!asked)
    return failure(asked.error());
  auto items = asked->resources.size();
  if (auto bound = check_item_count(items); !bound)
    return bound;
  access may(session, *x);
  auto refused = may.withhold(asked->resources, [&may](const auto& y) {
    return may_configure(may, access::operation::describe_configs,
                         y.resource_type, y.resource_name);
  });
  auto response = answer_describe_configs(*asked, *session.routes()->image,
                                          session.shared->config);
  for (const auto& y : refused) {
    auto& entry = response.results.emplace_back();
    entry.error_code = configuration_not_allowed(y.resource_type);
    entry.error_message = "this client may not see configurations";
    entry.resource_type = y.resource_type;
    entry.resource_name = y.resource_name;
  }
  session.reply(*x, response);
  return {};
}

} // namespace troupe::actors::handlers
