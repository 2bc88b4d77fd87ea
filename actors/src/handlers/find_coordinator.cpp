// SPDX-License-Identifier: Apache-2.0
#include "../offsets_topic.h"
#include "access.h"
#include "answers.h"
#include "decide.h"
#include "handlers.h"
#include "item_bound.h"
#include "topic_view.h"

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::actors::handlers {

namespace {

enum class coordinator_type : int8_t { group = 0, transaction = 1 };

using coordinator = kafka::find_coordinator_response::coordinator;

coordinator refusal(kafka::error_code code, std::string_view text) {
  coordinator x;
  x.node_id = cluster::no_node;
  x.port = -1;
  x.error_code = wire_code(code);
  x.error_message = text;
  return x;
}

coordinator of_group(const std::string& group_id, const routing& routes,
                     cluster::node_id self) {
  using kafka::error_code;
  auto offsets = routes.find(offsets_topic);
  if (offsets == nullptr)
    return refusal(error_code::coordinator_not_available,
                   "the topic of committed offsets is not there yet");
  auto seen = view(*offsets, partition_of_group(*offsets, group_id),
                   *routes.image, self);
  auto node = routes.image->nodes.find(seen.leader);
  if (node == routes.image->nodes.end())
    return refusal(error_code::coordinator_not_available,
                   "nobody leads the partition that keeps this group");
  coordinator x;
  x.node_id = node->first;
  x.host = node->second.host;
  x.port = node->second.port;
  return x;
}

// Transactions: a code that clients give up on at once, because waiting would
// not help; no other one is fatal to librdkafka here.
coordinator find(int8_t key_type, const std::string& key, const routing& routes,
                 cluster::node_id self) {
  using kafka::error_code;
  switch (static_cast<coordinator_type>(key_type)) {
  case coordinator_type::group:
    return of_group(key, routes, self);
  case coordinator_type::transaction:
    return refusal(error_code::transactional_id_authorization_failed,
                   "this broker does not support transactions");
  }
  return refusal(error_code::invalid_request, "unknown type of coordinator");
}

constexpr int16_t first_version_with_keys = 4;

coordinator forbidden() {
  return refusal(kafka::error_code::group_authorization_failed,
                 "this client may not describe the group");
}

void answer_with(kafka::find_coordinator_response& response, coordinator only) {
  response.error_code = only.error_code;
  response.error_message = std::move(only.error_message);
  response.node_id = only.node_id;
  response.host = std::move(only.host);
  response.port = only.port;
}

bool asks_for_groups(const kafka::find_coordinator_request& x) noexcept {
  return static_cast<coordinator_type>(x.key_type) == coordinator_type::group;
}

/// The answers about groups that the client may not describe. Those are taken
/// out of the request when it may name several.
std::vector<coordinator> withhold_groups(kafka::find_coordinator_request& x,
                                         const access& may, int16_t version) {
  std::vector<coordinator> refused;
  if (!asks_for_groups(x))
    return refused;
  auto describable = [&may](const std::string& group) {
    return may.group(access::operation::describe, group);
  };
  if (version < first_version_with_keys) {
    if (!describable(x.key))
      refused.push_back(forbidden());
    return refused;
  }
  for (auto& key : may.withhold(x.coordinator_keys, describable)) {
    refused.push_back(forbidden());
    refused.back().key = std::move(key);
  }
  return refused;
}

} // namespace

kafka::find_coordinator_response
answer_find_coordinator(const kafka::find_coordinator_request& x,
                        int16_t version, const routing& routes,
                        cluster::node_id self) {
  kafka::find_coordinator_response response;
  if (version < first_version_with_keys) {
    answer_with(response, find(x.key_type, x.key, routes, self));
    return response;
  }
  for (const auto& key : x.coordinator_keys) {
    response.coordinators.push_back(find(x.key_type, key, routes, self));
    response.coordinators.back().key = key;
  }
  return response;
}

// The first group makes the topic that all of them are kept in.
result<void> find_coordinator(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::find_coordinator_request>();
  if (!asked)
    return failure(asked.error());
  auto items = asked->coordinator_keys.size();
  if (auto bound = check_item_count(items); !bound)
    return bound;
  const auto& config = session.shared->config;
  auto refused = withhold_groups(*asked, access(session, *x), x->version());
  if (x->version() < first_version_with_keys && !refused.empty()) {
    kafka::find_coordinator_response response;
    answer_with(response, std::move(refused.front()));
    session.reply(*x, response);
    return {};
  }
  auto answer = [&session, x,
                 refused](const kafka::find_coordinator_request& y) {
    auto response = answer_find_coordinator(y, x->version(), *session.routes(),
                                            session.shared->config.id);
    response.coordinators.insert(response.coordinators.end(), refused.begin(),
                                 refused.end());
    session.reply(*x, response);
  };
  auto routes = session.routes();
  bool all_refused = !refused.empty() && asked->coordinator_keys.empty();
  if (!asks_for_groups(*asked) || all_refused
      || routes->find(offsets_topic) != nullptr) {
    answer(*asked);
    return {};
  }
  actors::create_topics question;
  question.topics.push_back(new_offsets_topic(config, *routes->image));
  auto wanted = std::make_shared<const kafka::find_coordinator_request>(
      std::move(*asked));
  // Whether it was this request or one beside it that made the topic: what
  // counts is what is there now.
  decide(session, admin_timeout, 1, std::move(question),
         [answer, wanted](const metadata_decided&) { answer(*wanted); });
  return {};
}

} // namespace troupe::actors::handlers
