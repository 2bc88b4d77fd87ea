// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "group_calls.h"
#include "handlers.h"
#include "item_bound.h"

#include <troupe/transport/kafka/messages/join_group.h>

#include <utility>

namespace troupe::actors::handlers {

namespace {

constexpr int16_t first_version_with_rebalance_timeout = 1;
/// KIP-394: a new member is sent back for its id first.
constexpr int16_t first_version_with_member_id_required = 4;
/// KIP-814: a leader that came back need not assign.
constexpr int16_t first_version_with_skip_assignment = 9;

cluster::join_request question_of(kafka::join_group_request& x,
                                  const session_state& session,
                                  const request& from) {
  cluster::join_request question;
  question.group_id = std::move(x.group_id);
  question.member_id = std::move(x.member_id);
  question.group_instance_id = std::move(x.group_instance_id);
  question.client_id = from.header.client_id.value_or("");
  question.client_host = client_host(session);
  question.session_timeout_ms = x.session_timeout_ms;
  question.rebalance_timeout_ms =
      from.version() >= first_version_with_rebalance_timeout
          ? x.rebalance_timeout_ms
          : x.session_timeout_ms;
  question.protocol_type = std::move(x.protocol_type);
  for (auto& protocol : x.protocols)
    question.protocols.push_back(
        {std::move(protocol.name), copied(protocol.metadata)});
  question.knows_member_id_required =
      from.version() >= first_version_with_member_id_required;
  question.knows_skip_assignment =
      from.version() >= first_version_with_skip_assignment;
  return question;
}

kafka::join_group_response response_of(const cluster::join_answer& x) {
  kafka::join_group_response response;
  response.error_code = wire_code(x.error);
  response.generation_id = x.generation;
  response.protocol_type = x.protocol_type;
  response.protocol_name = x.protocol_name;
  response.leader = x.leader;
  response.skip_assignment = x.skip_assignment;
  response.member_id = x.member_id;
  for (const auto& member : x.members)
    response.members.push_back(
        {member.member_id, member.group_instance_id, copied(member.metadata)});
  return response;
}

} // namespace

result<void> join_group(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::join_group_request>();
  if (!asked)
    return failure(asked.error());
  if (auto bound = check_item_count(asked->protocols.size()); !bound)
    return bound;
  if (!access(session, *x).group(access::operation::read, asked->group_id)) {
    kafka::join_group_response refused;
    refused.error_code = group_not_allowed;
    session.reply(*x, refused);
    return {};
  }
  auto patience = rebalance_patience(session, asked->rebalance_timeout_ms);
  session.call_group<cluster::join_answer>(
      question_of(*asked, session, *x), patience,
      [&session, x](const cluster::join_answer& answer) {
        session.reply(*x, response_of(answer));
      });
  return {};
}

} // namespace troupe::actors::handlers
