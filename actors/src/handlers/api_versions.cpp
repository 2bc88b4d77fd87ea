// SPDX-License-Identifier: Apache-2.0
#include "answers.h"
#include "handlers.h"

#include <troupe/transport/kafka/api_table.h>

namespace troupe::actors::handlers {

kafka::api_versions_response list_apis() {
  kafka::api_versions_response response;
  for (const auto& api : kafka::api_table()) {
    if (api.advertised())
      response.api_keys.push_back(
          {static_cast<int16_t>(api.key), api.min_advertised, api.max_version});
  }
  return response;
}

kafka::api_versions_response refusal_of_api_versions() {
  kafka::api_versions_response response;
  response.error_code = wire_code(kafka::error_code::unsupported_version);
  auto key = static_cast<int16_t>(kafka::api_key::api_versions);
  if (const auto* api = kafka::find_api(key))
    response.api_keys.push_back({key, api->min_advertised, api->max_version});
  return response;
}

// The names and versions that clients give themselves are not checked: Kafka
// refuses some, which only ever hurt clients.
result<void> api_versions(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::api_versions_request>();
  if (!asked)
    return failure(asked.error());
  session.reply(*x, list_apis());
  return {};
}

void refuse_api_versions(session_state& session, const request& x) {
  session.socket->reply(x.slot,
                        kafka::encode_response(refusal_of_api_versions(), 0,
                                               x.header.correlation_id));
}

} // namespace troupe::actors::handlers
