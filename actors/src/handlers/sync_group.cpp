// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "group_calls.h"
#include "handlers.h"
#include "item_bound.h"

#include <troupe/transport/kafka/messages/sync_group.h>

#include <utility>

namespace troupe::actors::handlers {

namespace {

cluster::sync_request question_of(kafka::sync_group_request& x) {
  cluster::sync_request question;
  question.group_id = std::move(x.group_id);
  question.member_id = std::move(x.member_id);
  question.group_instance_id = std::move(x.group_instance_id);
  question.generation = x.generation_id;
  question.protocol_type = std::move(x.protocol_type);
  question.protocol_name = std::move(x.protocol_name);
  for (auto& assignment : x.assignments)
    question.assignments.push_back(
        {std::move(assignment.member_id), copied(assignment.assignment)});
  return question;
}

} // namespace

result<void> sync_group(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::sync_group_request>();
  if (!asked)
    return failure(asked.error());
  if (auto bound = check_item_count(asked->assignments.size()); !bound)
    return bound;
  if (!access(session, *x).group(access::operation::read, asked->group_id)) {
    kafka::sync_group_response refused;
    refused.error_code = group_not_allowed;
    session.reply(*x, refused);
    return {};
  }
  session.call_group<cluster::sync_answer>(
      question_of(*asked), rebalance_patience(session, 0),
      [&session, x](const cluster::sync_answer& answer) {
        kafka::sync_group_response response;
        response.error_code = wire_code(answer.error);
        response.protocol_type = answer.protocol_type;
        response.protocol_name = answer.protocol_name;
        response.assignment = copied(answer.assignment);
        session.reply(*x, response);
      });
  return {};
}

} // namespace troupe::actors::handlers
