// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "group_calls.h"
#include "handlers.h"
#include "item_bound.h"

#include <troupe/transport/kafka/messages/offset_commit.h>

#include <memory>
#include <utility>

namespace troupe::actors::handlers {

namespace {

using request_topic = kafka::offset_commit_request::topic;

/// The response with what is refused here; the rest, in its order, has -1
/// (never a code that is sent) until the coordinator has decided.
constexpr int16_t undecided = -1;

/// KIP-848.
constexpr int16_t first_version_with_member_epoch = 9;

struct commit_operation {
  kafka::offset_commit_response response;
  cluster::commit_request question;
};

void add_topic(commit_operation& op, request_topic& topic,
               const topic_route* route) {
  auto& answered = op.response.topics.emplace_back();
  answered.name = topic.name;
  answered.partitions.reserve(topic.partitions.size());
  for (auto& x : topic.partitions) {
    auto& entry = answered.partitions.emplace_back();
    entry.partition_index = x.partition_index;
    if (!partition_exists(route, x.partition_index)) {
      entry.error_code =
          wire_code(kafka::error_code::unknown_topic_or_partition);
      continue;
    }
    entry.error_code = undecided;
    auto& commit = op.question.offsets.emplace_back();
    commit.partition = {topic.name, x.partition_index};
    commit.offset = x.committed_offset;
    commit.leader_epoch = x.committed_leader_epoch;
    commit.commit_timestamp = x.commit_timestamp;
    if (x.committed_metadata)
      commit.metadata = std::move(*x.committed_metadata);
  }
}

/// Answers partitions that the coordinator is not asked about.
void refuse(kafka::offset_commit_response& response,
            const std::vector<request_topic>& topics, int16_t code) {
  for (const auto& topic : topics) {
    auto& answered = response.topics.emplace_back();
    answered.name = topic.name;
    for (const auto& x : topic.partitions) {
      auto& entry = answered.partitions.emplace_back();
      entry.partition_index = x.partition_index;
      entry.error_code = code;
    }
  }
}

void fill_in(kafka::offset_commit_response& response,
             const cluster::commit_answer& answer) {
  size_t next = 0;
  for (auto& topic : response.topics)
    for (auto& entry : topic.partitions) {
      if (entry.error_code != undecided)
        continue;
      auto error = next < answer.partitions.size() ? answer.partitions[next]
                                                   : answer.error;
      ++next;
      entry.error_code = wire_code(error);
    }
}

} // namespace

result<void> offset_commit(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::offset_commit_request>();
  if (!asked)
    return failure(asked.error());
  if (auto bound = check_item_count(asked->topics.size()); !bound)
    return bound;
  auto op = std::make_shared<commit_operation>();
  access may(session, *x);
  if (!may.group(access::operation::read, asked->group_id)) {
    refuse(op->response, asked->topics, group_not_allowed);
    session.reply(*x, op->response);
    return {};
  }
  auto refused = may.withhold(asked->topics, [&may](const auto& topic) {
    return may.topic(access::operation::read, topic.name);
  });
  auto& question = op->question;
  question.group_id = std::move(asked->group_id);
  question.member_id = std::move(asked->member_id);
  question.group_instance_id = std::move(asked->group_instance_id);
  question.generation = asked->generation_id_or_member_epoch;
  question.knows_member_epoch = x->version() >= first_version_with_member_epoch;
  question.retention_ms = asked->retention_time_ms;
  size_t partitions = 0;
  for (const auto& topic : asked->topics)
    partitions += topic.partitions.size();
  question.offsets.reserve(partitions);
  auto routes = session.routes();
  for (auto& topic : asked->topics)
    add_topic(*op, topic, routes->find(topic.name));
  refuse(op->response, refused, topic_not_allowed);
  if (question.offsets.empty() && !op->response.topics.empty()) {
    session.reply(*x, op->response);
    return {};
  }
  session.call_group<cluster::commit_answer>(
      std::move(question), admin_timeout,
      [&session, x, op](const cluster::commit_answer& answer) {
        fill_in(op->response, answer);
        session.reply(*x, op->response);
      });
  return {};
}

} // namespace troupe::actors::handlers
