// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "answers.h"
#include "handlers.h"
#include "item_bound.h"

#include <set>
#include <utility>

namespace troupe::actors::handlers {

namespace {

using request_type = kafka::list_partition_reassignments_request;
using response_type = kafka::list_partition_reassignments_response;

bool moving(const cluster::partition_registration& x) noexcept {
  return !x.adding.empty() || !x.removing.empty();
}

void add(response_type& response, const storage::topic_partition& name,
         const cluster::partition_registration& x) {
  auto& topics = response.topics;
  if (topics.empty() || topics.back().name != name.topic)
    topics.push_back({name.topic, {}});
  topics.back().partitions.push_back(
      {name.partition, x.replicas, x.adding, x.removing});
}

void add_all(response_type& response, const cluster::metadata_image& image) {
  for (const auto& [name, topic] : image.topics)
    for (size_t i = 0; i < topic->partitions.size(); ++i)
      if (moving(topic->partitions[i]))
        add(response, {name, static_cast<int32_t>(i)}, topic->partitions[i]);
}

} // namespace

// Partitions that do not move are left out, also those that are asked for.
kafka::list_partition_reassignments_response
answer_list_partition_reassignments(const request_type& x,
                                    const cluster::metadata_image& image) {
  response_type response;
  if (!x.topics) {
    add_all(response, image);
    return response;
  }
  std::set<storage::topic_partition> wanted;
  for (const auto& topic : *x.topics)
    for (auto partition : topic.partition_indexes)
      wanted.insert({topic.name, partition});
  for (const auto& name : wanted)
    if (auto known = image.find(name); known != nullptr && moving(*known))
      add(response, name, *known);
  return response;
}

result<void>
list_partition_reassignments(session_state& session, request_ptr x) {
  auto asked = x->decode<request_type>();
  if (!asked)
    return failure(asked.error());
  auto items =
      asked->topics
          ? count_items(*asked->topics, &request_type::topic::partition_indexes)
          : 0;
  if (auto bound = check_item_count(items); !bound)
    return bound;
  if (!access(session, *x).cluster(access::operation::describe)) {
    response_type refused;
    refused.error_code = cluster_not_allowed;
    refused.error_message = "this client may not describe the cluster";
    session.reply(*x, refused);
    return {};
  }
  session.reply(*x, answer_list_partition_reassignments(
                        *asked, *session.routes()->image));
  return {};
}

} // namespace troupe::actors::handlers
