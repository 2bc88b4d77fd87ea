// SPDX-License-Identifier: Apache-2.0
#include "access.h"
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
  auto response = answer_describe_cluster(*asked, *session.routes()->image,
                                          standpoint_of(*session.shared));
  // Whom to connect to is no secret; what may be done here may be one.
  if (asked->include_cluster_authorized_operations && response.error_code == 0)
    response.cluster_authorized_operations =
        access(session, *x).of_cluster(all_cluster_operations);
  session.reply(*x, response);
  return {};
}

} // namespace troupe::actors::handlers
