// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "gathering.h"
#include "handlers.h"
#include "partition_finder.h"

#include <troupe/transport/kafka/messages/offset_for_leader_epoch.h>

namespace troupe::actors::handlers {

namespace {

using response_type = kafka::offset_for_leader_epoch_response;

void fill(response_type::partition& to, const found_epoch_end& x) {
  to.error_code = wire_code(x.why);
  if (!x.why.ok())
    return;
  to.leader_epoch = x.leader_epoch;
  to.end_offset = x.end_offset;
}

void ask(gathering<response_type>& all, partition_finder& finder,
         const kafka::offset_for_leader_epoch_request::partition& asked,
         size_t topic) {
  auto& into = all.response.topics[topic].partitions;
  auto place = into.size();
  into.push_back({});
  into[place].partition = asked.partition;
  auto to = finder.take(asked.partition);
  if (!to) {
    into[place].error_code = wire_code(to.error().code);
    return;
  }
  find_epoch_end question;
  question.leader_epoch = asked.leader_epoch;
  question.current_leader_epoch = asked.current_leader_epoch;
  all.ask<found_epoch_end>(
      *to, admin_timeout, question,
      [topic, place](response_type& response, const found_epoch_end& x) {
        fill(response.topics[topic].partitions[place], x);
      });
}

} // namespace

result<void> offset_for_leader_epoch(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::offset_for_leader_epoch_request>();
  if (!asked)
    return failure(asked.error());
  access may(session, *x);
  auto refused = may.withhold(asked->topics, [&may](const auto& topic) {
    return may.topic(access::operation::describe, topic.topic);
  });
  auto all = std::make_shared<gathering<response_type>>(session, x);
  partition_finder finder(session.routes(), session.shared->config.id);
  for (size_t i = 0; i < asked->topics.size(); ++i) {
    const auto& topic = asked->topics[i];
    all->response.topics.push_back({topic.topic, {}});
    finder.enter(topic.topic);
    for (const auto& partition : topic.partitions)
      ask(*all, finder, partition, i);
  }
  for (const auto& topic : refused) {
    auto& answered = all->response.topics.emplace_back();
    answered.topic = topic.topic;
    for (const auto& partition : topic.partitions) {
      auto& entry = answered.partitions.emplace_back();
      entry.partition = partition.partition;
      entry.error_code = topic_not_allowed;
    }
  }
  all->asked_all();
  return {};
}

} // namespace troupe::actors::handlers
