// SPDX-License-Identifier: Apache-2.0
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
  session.reply(*x, answer_describe_topic_partitions(
                        *asked, *session.routes(), session.shared->config.id));
  return {};
}

} // namespace troupe::actors::handlers
