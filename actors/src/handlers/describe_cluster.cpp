// SPDX-License-Identifier: Apache-2.0
#include "answers.h"
#include "handlers.h"

#include <utility>

namespace troupe::actors::handlers {

namespace {

constexpr int8_t brokers_wanted = 1;

} // namespace

kafka::describe_cluster_response
answer_describe_cluster(const kafka::describe_cluster_request& x,
                        const cluster::metadata_image& image,
                        const standpoint& from) {
  kafka::describe_cluster_response response;
  response.endpoint_type = x.endpoint_type;
  if (x.endpoint_type != brokers_wanted) {
    response.error_code =
        wire_code(kafka::error_code::unsupported_endpoint_type);
    response.error_message = "there are only brokers (1) to be listed";
    return response;
  }
  response.cluster_id = image.cluster_id;
  response.controller_id = controller_seen_from(from, image);
  for (const auto& [id, node] : image.nodes) {
    if (node.fenced)
      continue;
    kafka::describe_cluster_response::broker broker;
    broker.broker_id = id;
    broker.host = node.host;
    broker.port = node.port;
    if (!node.rack.empty())
      broker.rack = node.rack;
    response.brokers.push_back(std::move(broker));
  }
  if (x.include_cluster_authorized_operations)
    response.cluster_authorized_operations = all_cluster_operations;
  return response;
}

result<void> describe_cluster(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::describe_cluster_request>();
  if (!asked)
    return failure(asked.error());
  session.reply(*x, answer_describe_cluster(*asked, *session.routes()->image,
                                            standpoint_of(*session.shared)));
  return {};
}

} // namespace troupe::actors::handlers
