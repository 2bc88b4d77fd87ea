// SPDX-License-Identifier: Apache-2.0
#include "handlers.h"

#include <troupe/transport/kafka/messages/list_partition_reassignments.h>

namespace troupe::actors::handlers {

// Partitions never move, so the list of those that do is always empty.
result<void>
list_partition_reassignments(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::list_partition_reassignments_request>();
  if (!asked)
    return failure(asked.error());
  session.reply(*x, kafka::list_partition_reassignments_response{});
  return {};
}

} // namespace troupe::actors::handlers
