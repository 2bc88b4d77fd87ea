// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "gathering.h"
#include "handlers.h"
#include "partition_finder.h"
#include "problem_text.h"

#include <troupe/transport/kafka/messages/describe_producers.h>

namespace troupe::actors::handlers {

namespace {

using response_type = kafka::describe_producers_response;

void fill(response_type::partition& to, const producers_listed& x) {
  to.error_code = wire_code(x.why);
  to.error_message = text_of(x.why);
  if (!x.why.ok())
    return;
  for (const auto& producer : x.producers) {
    response_type::active_producer entry;
    entry.producer_id = producer.id;
    entry.producer_epoch = producer.epoch;
    entry.last_sequence = producer.last_sequence;
    entry.last_timestamp = producer.last_timestamp;
    // -1: no transaction coordinator ever wrote for this producer.
    entry.coordinator_epoch = -1;
    to.active_producers.push_back(entry);
  }
}

void ask(gathering<response_type>& all, partition_finder& finder,
         int32_t partition, size_t topic) {
  auto& into = all.response.topics[topic].partitions;
  auto place = into.size();
  into.push_back({});
  into[place].partition_index = partition;
  auto to = finder.take(partition);
  if (!to) {
    into[place].error_code = wire_code(to.error().code);
    into[place].error_message = std::move(to.error().message);
    return;
  }
  all.ask<producers_listed>(
      *to, admin_timeout, list_producers{},
      [topic, place](response_type& response, const producers_listed& x) {
        fill(response.topics[topic].partitions[place], x);
      });
}

} // namespace

result<void> describe_producers(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::describe_producers_request>();
  if (!asked)
    return failure(asked.error());
  access may(session, *x);
  auto refused = may.withhold(asked->topics, [&may](const auto& topic) {
    return may.topic(access::operation::read, topic.name);
  });
  auto all = std::make_shared<gathering<response_type>>(session, x);
  partition_finder finder(session.routes(), session.shared->config.id);
  for (size_t i = 0; i < asked->topics.size(); ++i) {
    const auto& topic = asked->topics[i];
    all->response.topics.push_back({topic.name, {}});
    finder.enter(topic.name);
    for (auto partition : topic.partition_indexes)
      ask(*all, finder, partition, i);
  }
  for (const auto& topic : refused) {
    auto& answered = all->response.topics.emplace_back();
    answered.name = topic.name;
    for (auto partition : topic.partition_indexes) {
      auto& entry = answered.partitions.emplace_back();
      entry.partition_index = partition;
      entry.error_code = topic_not_allowed;
    }
  }
  all->asked_all();
  return {};
}

} // namespace troupe::actors::handlers
