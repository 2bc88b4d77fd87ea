// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "group_calls.h"
#include "handlers.h"
#include "item_bound.h"

#include <troupe/transport/kafka/messages/offset_delete.h>

#include <memory>
#include <utility>
#include <vector>

namespace troupe::actors::handlers {

namespace {

/// A place in the response that the coordinator decides about.
struct place {
  size_t topic = 0;
  size_t partition = 0;
};

struct offset_deletion {
  kafka::offset_delete_response response;
  std::vector<place> undecided;
};

void finish(offset_deletion& op, const cluster::delete_offsets_answer& answer) {
  op.response.error_code = wire_code(answer.error);
  if (answer.error != cluster::group_error::none)
    op.response.topics.clear();
  for (size_t i = 0; i < answer.partitions.size(); ++i) {
    auto [topic, partition] = op.undecided[i];
    op.response.topics[topic].partitions[partition].error_code =
        wire_code(answer.partitions[i]);
  }
}

} // namespace

result<void> offset_delete(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::offset_delete_request>();
  if (!asked)
    return failure(asked.error());
  if (auto bound = check_item_count(asked->topics.size()); !bound)
    return bound;
  auto op = std::make_shared<offset_deletion>();
  access may(session, *x);
  if (!may.group(access::operation::remove, asked->group_id)) {
    op->response.error_code = group_not_allowed;
    session.reply(*x, op->response);
    return {};
  }
  delete_offsets question{std::move(asked->group_id), {}};
  auto routes = session.routes();
  for (const auto& topic : asked->topics) {
    auto allowed = may.topic(access::operation::read, topic.name);
    auto route = routes->find(topic.name);
    auto& answered = op->response.topics.emplace_back();
    answered.name = topic.name;
    for (const auto& partition : topic.partitions) {
      auto index = partition.partition_index;
      answered.partitions.push_back({index, 0});
      if (!allowed) {
        answered.partitions.back().error_code = topic_not_allowed;
      } else if (partition_exists(route, index)) {
        op->undecided.push_back(
            {op->response.topics.size() - 1, answered.partitions.size() - 1});
        question.partitions.push_back({topic.name, index});
      } else {
        answered.partitions.back().error_code =
            wire_code(kafka::error_code::unknown_topic_or_partition);
      }
    }
  }
  session.call_group<cluster::delete_offsets_answer>(
      std::move(question), admin_timeout,
      [&session, x, op](const cluster::delete_offsets_answer& answer) {
        finish(*op, answer);
        session.reply(*x, op->response);
      });
  return {};
}

} // namespace troupe::actors::handlers
