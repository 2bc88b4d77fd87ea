// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "decide.h"
#include "handlers.h"
#include "problem_text.h"

#include "../error_map.h"

#include <troupe/transport/kafka/messages/unregister_broker.h>

namespace troupe::actors::handlers {

result<void> unregister_broker(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::unregister_broker_request>();
  if (!asked)
    return failure(asked.error());
  if (!access(session, *x).cluster(access::operation::alter)) {
    kafka::unregister_broker_response refused;
    refused.error_code = cluster_not_allowed;
    refused.error_message = "this client may not alter the cluster";
    session.reply(*x, refused);
    return {};
  }
  decide(session, admin_timeout, 1, remove_node{asked->broker_id},
         [&session, x](const metadata_decided& decided) {
           const auto& verdict = decided.results.front();
           kafka::unregister_broker_response response;
           response.error_code = wire_code(verdict);
           response.error_message = text_of(verdict);
           session.reply(*x, response);
         });
  return {};
}

} // namespace troupe::actors::handlers
