// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "answers.h"
#include "handlers.h"
#include "item_bound.h"
#include "topic_view.h"

#include <algorithm>
#include <set>
#include <utility>

namespace troupe::actors::handlers {

namespace {

using request_type = kafka::describe_topic_partitions_request;
using response_type = kafka::describe_topic_partitions_response;

/// Sorted, because pages continue by name.
std::set<std::string>
wanted_names(const request_type& x, const routing& routes) {
  std::set<std::string> names;
  for (const auto& topic : x.topics)
    names.insert(topic.name);
  if (x.topics.empty())
    for (const auto& [name, topic] : routes.image->topics)
      names.insert(names.end(), name);
  return names;
}

response_type::topic header_of(const std::string& name) {
  response_type::topic entry;
  entry.name = name;
  entry.is_internal = cluster::internal_topic(name);
  return entry;
}

response_type::partition to_entry(const topic_route& route, size_t partition,
                                  const routing& routes,
                                  cluster::node_id self) {
  auto seen = view(route, partition, *routes.image, self);
  response_type::partition entry;
  entry.error_code = seen.error_code;
  entry.partition_index = static_cast<int32_t>(partition);
  entry.leader_id = seen.leader;
  entry.leader_epoch = seen.leader_epoch;
  entry.replica_nodes = std::move(seen.replicas);
  entry.isr_nodes = std::move(seen.isr);
  entry.offline_replicas = std::move(seen.offline_replicas);
  return entry;
}

/// Takes out what the client may not see; only what it named is returned.
/// False: nothing is left of a question for all topics.
bool withhold_topics(request_type& x, const access& may, const routing& routes,
                     std::vector<request_type::topic>& refused) {
  if (may.unlimited())
    return true;
  bool all = x.topics.empty();
  if (all)
    for (const auto& [name, topic] : routes.image->topics)
      x.topics.push_back({name});
  refused = may.withhold(x.topics, [&may](const auto& topic) {
    return may.topic(access::operation::describe, topic.name);
  });
  if (all)
    refused.clear();
  return !x.topics.empty();
}

void apply_access(response_type& response, const request_type& x,
                  const access& may,
                  const std::vector<request_type::topic>& refused) {
  for (auto& topic : response.topics)
    if (topic.error_code == 0)
      topic.topic_authorized_operations =
          may.of_topic(all_topic_operations, *topic.name);
  for (const auto& topic : refused) {
    // It was on an earlier page.
    if (x.cursor && topic.name < x.cursor->topic_name)
      continue;
    auto& entry = response.topics.emplace_back();
    entry.name = topic.name;
    entry.error_code = topic_not_allowed;
  }
}

} // namespace

kafka::describe_topic_partitions_response answer_describe_topic_partitions(
    const kafka::describe_topic_partitions_request& x, const routing& routes,
    cluster::node_id self) {
  response_type response;
  auto left = static_cast<size_t>(
      std::clamp(x.response_partition_limit, 1, described_partitions_max));
  auto names = wanted_names(x, routes);
  auto next =
      x.cursor ? names.lower_bound(x.cursor->topic_name) : names.begin();
  for (; next != names.end(); ++next) {
    auto entry = header_of(*next);
    const auto* route = routes.find(*next);
    if (route == nullptr) {
      entry.error_code = unknown_topic_code(*next);
      response.topics.push_back(std::move(entry));
      continue;
    }
    auto total = route->topic->partitions.size();
    size_t from = 0;
    if (x.cursor && x.cursor->topic_name == *next)
      from = static_cast<size_t>(std::max(0, x.cursor->partition_index));
    if (left == 0) {
      response.next_cursor = {*next, static_cast<int32_t>(from)};
      return response;
    }
    entry.topic_id = route->topic->id;
    entry.topic_authorized_operations = all_topic_operations;
    for (; from < total && left > 0; ++from, --left)
      entry.partitions.push_back(to_entry(*route, from, routes, self));
    response.topics.push_back(std::move(entry));
    if (from < total) {
      response.next_cursor = {*next, static_cast<int32_t>(from)};
      return response;
    }
  }
  return response;
}

result<void> describe_topic_partitions(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::describe_topic_partitions_request>();
  if (!asked)
    return failure(asked.error());
  auto items = asked->topics.size();
  if (auto bound = check_item_count(items); !bound)
    return bound;
  auto routes = session.routes();
  access may(session, *x);
  std::vector<request_type::topic> refused;
  response_type response;
  if (withhold_topics(*asked, may, *routes, refused))
    response = answer_describe_topic_partitions(*asked, *routes,
                                                session.shared->config.id);
  apply_access(response, *asked, may, refused);
  session.reply(*x, response);
  return {};
}

} // namespace troupe::actors::handlers
