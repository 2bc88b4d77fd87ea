// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "handlers.h"
#include "item_bound.h"

#include <troupe/transport/kafka/messages/leave_group.h>

#include <utility>

namespace troupe::actors::handlers {

namespace {

constexpr int16_t first_version_with_members = 3;

kafka::leave_group_response
response_of(const cluster::leave_answer& x, int16_t version) {
  kafka::leave_group_response response;
  response.error_code = wire_code(x.error);
  if (version < first_version_with_members) {
    if (!x.members.empty())
      response.error_code = wire_code(x.members.front().error);
    return response;
  }
  for (const auto& member : x.members)
    response.members.push_back(
        {member.member_id, member.group_instance_id, wire_code(member.error)});
  return response;
}

} // namespace

result<void> leave_group(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::leave_group_request>();
  if (!asked)
    return failure(asked.error());
  if (auto bound = check_item_count(asked->members.size()); !bound)
    return bound;
  if (!access(session, *x).group(access::operation::read, asked->group_id)) {
    kafka::leave_group_response refused;
    refused.error_code = group_not_allowed;
    session.reply(*x, refused);
    return {};
  }
  cluster::leave_request question;
  question.group_id = std::move(asked->group_id);
  if (x->version() < first_version_with_members)
    question.members.push_back({std::move(asked->member_id), {}});
  for (auto& member : asked->members)
    question.members.push_back(
        {std::move(member.member_id), std::move(member.group_instance_id)});
  session.call_group<cluster::leave_answer>(
      std::move(question), admin_timeout,
      [&session, x](const cluster::leave_answer& answer) {
        session.reply(*x, response_of(answer, x->version()));
      });
  return {};
}

} // namespace troupe::actors::handlers
