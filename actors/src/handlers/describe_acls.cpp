// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "handlers.h"

#include <troupe/transport/kafka/messages/describe_acls.h>

namespace troupe::actors::handlers {

result<void> describe_acls(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::describe_acls_request>();
  if (!asked)
    return failure(asked.error());
  kafka::describe_acls_response response;
  access may(session, *x);
  response.error_code = wire_code(kafka::error_code::security_disabled);
  response.error_message =
      may.unlimited()
          ? "this broker has no authorizer: everybody may do everything"
          : "the authorizer of this broker keeps no ACLs";
  if (!may.cluster(access::operation::describe)) {
    response.error_code = cluster_not_allowed;
    response.error_message = "this client may not describe the cluster";
  }
  session.reply(*x, response);
  return {};
}

} // namespace troupe::actors::handlers
