// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "gathering.h"
#include "handlers.h"
#include "partition_finder.h"

#include <troupe/transport/kafka/messages/list_offsets.h>

namespace troupe::actors::handlers {

namespace {

using response_type = kafka::list_offsets_response;

// Special timestamps.
constexpr int64_t latest = -1;
constexpr int64_t earliest = -2;
constexpr int64_t of_max_timestamp = -3;
constexpr int64_t earliest_local = -4;
constexpr int64_t latest_tiered = -5;

bool known_timestamp(int64_t timestamp, int16_t version) noexcept {
  if (timestamp >= earliest)
    return true;
  return (timestamp == of_max_timestamp && version >= 7)
         || (timestamp == earliest_local && version >= 8)
         || (timestamp == latest_tiered && version >= 9);
}

/// Where in the log the offset lies, not when it was written.
bool positional(int64_t timestamp) noexcept {
  return timestamp == latest || timestamp == earliest
         || timestamp == earliest_local;
}

void fill(response_type::partition& to, const found_offset& x,
          bool with_timestamp) {
  to.error_code = wire_code(x.why);
  if (!x.why.ok())
    return;
  to.offset = x.value.offset;
  to.leader_epoch = x.value.leader_epoch;
  if (with_timestamp)
    to.timestamp = x.value.timestamp;
}

void ask(gathering<response_type>& all, partition_finder& finder,
         const kafka::list_offsets_request::partition& asked, size_t topic,
         int16_t version) {
  auto& into = all.response.topics[topic].partitions;
  auto place = into.size();
  into.push_back({});
  into[place].partition_index = asked.partition_index;
  auto to = finder.take(asked.partition_index);
  if (!to) {
    into[place].error_code = wire_code(to.error().code);
    return;
  }
  if (!known_timestamp(asked.timestamp, version)) {
    into[place].error_code = wire_code(kafka::error_code::unsupported_version);
    return;
  }
  // Nothing is ever tiered: -1 stays, without error.
  if (asked.timestamp == latest_tiered)
    return;
  find_offset question;
  question.timestamp = asked.timestamp;
  question.current_leader_epoch = asked.current_leader_epoch;
  all.ask<found_offset>(
      *to, admin_timeout, question,
      [topic, place, with_timestamp = !positional(asked.timestamp)](
          response_type& response, const found_offset& x) {
        fill(response.topics[topic].partitions[place], x, with_timestamp);
      });
}

} // namespace

result<void> list_offsets(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::list_offsets_request>();
  if (!asked)
    return failure(asked.error());
  access may(session, *x);
  auto refused = may.withhold(asked->topics, [&may](const auto& topic) {
    return may.topic(access::operation::describe, topic.name);
  });
  auto all = std::make_shared<gathering<response_type>>(session, x);
  partition_finder finder(session.routes(), session.shared->config.id);
  for (size_t i = 0; i < asked->topics.size(); ++i) {
    const auto& topic = asked->topics[i];
    all->response.topics.push_back({topic.name, {}});
    finder.enter(topic.name);
    for (const auto& partition : topic.partitions)
      ask(*all, finder, partition, i, x->version());
  }
  for (const auto& topic : refused) {
    auto& answered = all->response.topics.emplace_back();
    answered.name = topic.name;
    for (const auto& partition : topic.partitions) {
      auto& entry = answered.partitions.emplace_back();
      entry.partition_index = partition.partition_index;
      entry.error_code = topic_not_allowed;
    }
  }
  all->asked_all();
  return {};
}

} // namespace troupe::actors::handlers
