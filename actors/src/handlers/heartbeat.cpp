// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "handlers.h"

#include <troupe/transport/kafka/messages/heartbeat.h>

#include <utility>

namespace troupe::actors::handlers {

result<void> heartbeat(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::heartbeat_request>();
  if (!asked)
    return failure(asked.error());
  if (!access(session, *x).group(access::operation::read, asked->group_id)) {
    kafka::heartbeat_response refused;
    refused.error_code = group_not_allowed;
    session.reply(*x, refused);
    return {};
  }
  cluster::heartbeat_request question;
  question.group_id = std::move(asked->group_id);
  question.member_id = std::move(asked->member_id);
  question.group_instance_id = std::move(asked->group_instance_id);
  question.generation = asked->generation_id;
  session.call_group<cluster::heartbeat_answer>(
      std::move(question), admin_timeout,
      [&session, x](const cluster::heartbeat_answer& answer) {
        kafka::heartbeat_response response;
        response.error_code = wire_code(answer.error);
        session.reply(*x, response);
      });
  return {};
}

} // namespace troupe::actors::handlers
