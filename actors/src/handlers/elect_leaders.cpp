// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "answers.h"
#include "decide.h"
#include "handlers.h"
#include "item_bound.h"
#include "problem_text.h"

#include <algorithm>
#include <set>
#include <utility>

namespace troupe::actors::handlers {

namespace {

using request_type = kafka::elect_leaders_request;

bool known_type(int8_t x) noexcept {
  auto type = static_cast<cluster::election_type>(x);
  return type == cluster::election_type::preferred
         || type == cluster::election_type::unclean;
}

kafka::elect_leaders_response refusal_of(const request_type& x) {
  kafka::elect_leaders_response response;
  response.error_code = cluster_not_allowed;
  if (!x.topic_partitions)
    return response;
  for (const auto& topic : *x.topic_partitions) {
    auto& answered = response.replica_election_results.emplace_back();
    answered.topic = topic.topic;
    for (auto partition : topic.partitions)
      answered.partition_result.push_back(
          {partition, cluster_not_allowed,
           "this client may not alter the cluster"});
  }
  return response;
}

} // namespace

std::vector<storage::topic_partition>
partitions_to_elect(const request_type& x,
                    const cluster::metadata_image& image) {
  if (!x.topic_partitions) {
    auto all = cluster::electable_partitions(
        image, static_cast<cluster::election_type>(x.election_type));
    // The rest comes with the next request.
    all.resize(std::min(all.size(), metadata_changes_max));
    return all;
  }
  std::set<storage::topic_partition> named;
  for (const auto& topic : *x.topic_partitions)
    for (auto partition : topic.partitions)
      named.insert({topic.topic, partition});
  return {named.begin(), named.end()};
}

kafka::elect_leaders_response
answer_elect_leaders(const std::vector<storage::topic_partition>& partitions,
                     const std::vector<problem>& verdicts) {
  kafka::elect_leaders_response response;
  auto& topics = response.replica_election_results;
  for (size_t i = 0; i < partitions.size(); ++i) {
    if (topics.empty() || topics.back().topic != partitions[i].topic)
      topics.push_back({partitions[i].topic, {}});
    topics.back().partition_result.push_back({partitions[i].partition,
                                              wire_code(verdicts[i]),
                                              text_of(verdicts[i])});
  }
  return response;
}

result<void> elect_leaders(session_state& session, request_ptr x) {
  auto asked = x->decode<request_type>();
  if (!asked)
    return failure(asked.error());
  auto items = asked->topic_partitions ? count_items(
                   *asked->topic_partitions, &request_type::topic::partitions)
                                       : 0;
  if (auto bound = check_item_count(items, metadata_changes_max); !bound)
    return bound;
  if (!access(session, *x).cluster(access::operation::alter)) {
    session.reply(*x, refusal_of(*asked));
    return {};
  }
  if (!known_type(asked->election_type)) {
    kafka::elect_leaders_response refused;
    refused.error_code = wire_code(kafka::error_code::invalid_request);
    session.reply(*x, refused);
    return {};
  }
  actors::elect_leaders question;
  question.type = static_cast<cluster::election_type>(asked->election_type);
  question.partitions = partitions_to_elect(*asked, *session.routes()->image);
  auto partitions = question.partitions;
  decide(session, patience(asked->timeout_ms), partitions.size(),
         std::move(question),
         [&session, x, partitions](const metadata_decided& decided) {
           session.reply(*x, answer_elect_leaders(partitions, decided.results));
         });
  return {};
}

} // namespace troupe::actors::handlers
