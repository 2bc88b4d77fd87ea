// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "group_calls.h"
#include "handlers.h"
#include "item_bound.h"

#include <troupe/transport/kafka/messages/consumer_group_heartbeat.h>

#include <algorithm>
#include <utility>

namespace troupe::actors::handlers {

namespace {

/// From here on a member makes up its own id.
constexpr int16_t first_version_with_own_member_id = 1;

cluster::partition_assignment
owned(const std::vector<kafka::heartbeat_topic_partitions>& topics) {
  cluster::partition_assignment x;
  for (const auto& topic : topics) {
    auto& partitions = x[topic.topic_id];
    partitions.insert(partitions.end(), topic.partitions.begin(),
                      topic.partitions.end());
  }
  return x;
}

cluster::consumer_heartbeat_request
question_of(kafka::consumer_group_heartbeat_request& x,
            const session_state& session, const request& from) {
  cluster::consumer_heartbeat_request question;
  question.group_id = std::move(x.group_id);
  question.member_id = std::move(x.member_id);
  question.member_epoch = x.member_epoch;
  question.instance_id = std::move(x.instance_id);
  question.rack_id = std::move(x.rack_id);
  question.client_id = from.header.client_id.value_or("");
  question.client_host = client_host(session);
  question.rebalance_timeout_ms = x.rebalance_timeout_ms;
  question.subscribed_topic_names = std::move(x.subscribed_topic_names);
  question.subscribed_topic_regex = std::move(x.subscribed_topic_regex);
  question.server_assignor = std::move(x.server_assignor);
  if (x.topic_partitions)
    question.topic_partitions = owned(*x.topic_partitions);
  question.makes_member_id = from.version() >= first_version_with_own_member_id;
  return question;
}

/// 0 when the client may do it.
int16_t check_access(const access& may,
                     const kafka::consumer_group_heartbeat_request& x) {
  if (!may.group(access::operation::read, x.group_id))
    return group_not_allowed;
  if (!x.subscribed_topic_names)
    return 0;
  bool all = std::ranges::all_of(*x.subscribed_topic_names, [&](const auto& y) {
    return may.topic(access::operation::describe, y);
  });
  return all ? int16_t{0} : topic_not_allowed;
}

kafka::consumer_group_heartbeat_response
response_of(const cluster::consumer_heartbeat_answer& x) {
  kafka::consumer_group_heartbeat_response response;
  response.error_code = wire_code(x.error);
  response.error_message = x.error_message;
  if (x.error != cluster::group_error::none)
    return response;
  response.member_id = x.member_id;
  response.member_epoch = x.member_epoch;
  response.heartbeat_interval_ms = x.heartbeat_interval_ms;
  if (!x.assignment)
    return response;
  auto& assignment = response.assignment.emplace();
  for (const auto& [topic_id, partitions] : *x.assignment)
    assignment.topic_partitions.push_back({topic_id, partitions});
  return response;
}

} // namespace

result<void> consumer_group_heartbeat(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::consumer_group_heartbeat_request>();
  if (!asked)
    return failure(asked.error());
  size_t items = 0;
  if (asked->subscribed_topic_names)
    items += asked->subscribed_topic_names->size();
  if (asked->topic_partitions)
    items += count_items(*asked->topic_partitions,
                         &kafka::heartbeat_topic_partitions::partitions);
  if (auto bound = check_item_count(items); !bound)
    return bound;
  if (auto code = check_access(access(session, *x), *asked); code != 0) {
    kafka::consumer_group_heartbeat_response refused;
    refused.error_code = code;
    refused.error_message = "this client may not take part";
    session.reply(*x, refused);
    return {};
  }
  session.call_group<cluster::consumer_heartbeat_answer>(
      question_of(*asked, session, *x), admin_timeout,
      [&session, x](const cluster::consumer_heartbeat_answer& answer) {
        session.reply(*x, response_of(answer));
      });
  return {};
}

} // namespace troupe::actors::handlers
