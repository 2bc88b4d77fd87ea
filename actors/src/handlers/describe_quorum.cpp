// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "answers.h"
#include "handlers.h"
#include "item_bound.h"
#include "problem_text.h"

#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <string_view>
#include <utility>

namespace troupe::actors::handlers {

namespace {

using request_type = kafka::describe_quorum_request;
using response_type = kafka::describe_quorum_response;

/// The one log that a quorum keeps.
constexpr std::string_view metadata_topic = "__cluster_metadata";

constexpr std::string_view listener_name = "CLUSTER";

int64_t time_before(const std::optional<int64_t>& ago_ms, int64_t now_ms) {
  return ago_ms ? now_ms - *ago_ms : storage::no_timestamp;
}

response_type::replica
to_wire(const cluster::quorum_description::replica& x, int64_t now_ms) {
  response_type::replica y;
  y.replica_id = x.id;
  y.log_end_offset = x.end_offset;
  y.last_fetch_timestamp = time_before(x.silent_ms, now_ms);
  y.last_caught_up_timestamp = time_before(x.behind_ms, now_ms);
  return y;
}

response_type::partition
describe_metadata(const cluster::quorum_description& x, int64_t now_ms) {
  response_type::partition y;
  y.leader_id = x.leader;
  y.leader_epoch = x.epoch;
  y.high_watermark = x.high_watermark;
  for (const auto& replica : x.replicas) {
    auto& list = replica.voter ? y.current_voters : y.observers;
    list.push_back(to_wire(replica, now_ms));
  }
  return y;
}

void add_nodes(response_type& to, const cluster::quorum_description& x) {
  for (const auto& voter : x.voters) {
    response_type::listener at;
    at.name = listener_name;
    at.host = voter.host;
    at.port = voter.port;
    to.nodes.push_back({voter.id, {std::move(at)}});
  }
}

} // namespace

kafka::describe_quorum_response
answer_describe_quorum(const request_type& x, const quorum_described& found,
                       int64_t now_ms) {
  response_type response;
  if (!found.why.ok()) {
    response.error_code = wire_code(found.why);
    response.error_message = text_of(found.why);
    return response;
  }
  for (const auto& topic : x.topics) {
    auto& described = response.topics.emplace_back();
    described.topic_name = topic.topic_name;
    for (const auto& asked : topic.partitions) {
      auto& y = described.partitions.emplace_back();
      if (topic.topic_name == metadata_topic && asked.partition_index == 0)
        y = describe_metadata(found.quorum, now_ms);
      else
        y.error_code = wire_code(kafka::error_code::unknown_topic_or_partition);
      y.partition_index = asked.partition_index;
    }
  }
  add_nodes(response, found.quorum);
  return response;
}

result<void> describe_quorum(session_state& session, request_ptr x) {
  auto asked = x->decode<request_type>();
  if (!asked)
    return failure(asked.error());
  // Each partition named may bring the whole quorum into the answer.
  constexpr size_t partitions_max = 100;
  auto items = count_items(asked->topics, &request_type::topic::partitions);
  if (auto bound = check_item_count(items, partitions_max); !bound)
    return bound;
  if (!access(session, *x).cluster(access::operation::describe)) {
    response_type refused;
    refused.error_code = cluster_not_allowed;
    refused.error_message = "this client may not describe the cluster";
    session.reply(*x, refused);
    return {};
  }
  auto wanted = std::make_shared<const request_type>(std::move(*asked));
  auto answer = [&session, x, wanted](const quorum_described& found) {
    session.reply(*x, answer_describe_quorum(*wanted, found,
                                             session.shared->time->wall_ms()));
  };
  session.self
      ->request(session.shared->controller, admin_timeout,
                actors::describe_quorum{})
      .then(answer, [answer](const caf::error& why) {
        answer(quorum_described{to_problem(why), {}});
      });
  return {};
}

} // namespace troupe::actors::handlers
