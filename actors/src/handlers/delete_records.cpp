// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "decide.h"
#include "gathering.h"
#include "handlers.h"
#include "partition_finder.h"

#include <troupe/transport/kafka/messages/delete_records.h>

namespace troupe::actors::handlers {

namespace {

using response_type = kafka::delete_records_response;

void ask(gathering<response_type>& all, partition_finder& finder,
         const kafka::delete_records_request::partition& asked, size_t topic,
         std::chrono::milliseconds timeout) {
  auto& into = all.response.topics[topic].partitions;
  auto place = into.size();
  into.push_back({});
  into[place].partition_index = asked.partition_index;
  into[place].low_watermark = -1;
  auto to = finder.take(asked.partition_index);
  if (!to) {
    into[place].error_code = wire_code(to.error().code);
    return;
  }
  all.ask<records_deleted>(
      *to, timeout, actors::delete_records{asked.offset},
      [topic, place](response_type& response, const records_deleted& x) {
        auto& partition = response.topics[topic].partitions[place];
        partition.error_code = wire_code(x.why);
        if (x.why.ok())
          partition.low_watermark = x.low_watermark;
      });
}

} // namespace

result<void> delete_records(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::delete_records_request>();
  if (!asked)
    return failure(asked.error());
  access may(session, *x);
  auto refused = may.withhold(asked->topics, [&may](const auto& topic) {
    return may.topic(access::operation::remove, topic.name);
  });
  auto all = std::make_shared<gathering<response_type>>(session, x);
  partition_finder finder(session.routes(), session.shared->config.id);
  for (size_t i = 0; i < asked->topics.size(); ++i) {
    const auto& topic = asked->topics[i];
    all->response.topics.push_back({topic.name, {}});
    finder.enter(topic.name);
    for (const auto& partition : topic.partitions)
      ask(*all, finder, partition, i, patience(asked->timeout_ms));
  }
  for (const auto& topic : refused) {
    auto& answered = all->response.topics.emplace_back();
    answered.name = topic.name;
    for (const auto& partition : topic.partitions) {
      auto& entry = answered.partitions.emplace_back();
      entry.partition_index = partition.partition_index;
      entry.low_watermark = -1;
      entry.error_code = topic_not_allowed;
    }
  }
  all->asked_all();
  return {};
}

} // namespace troupe::actors::handlers
