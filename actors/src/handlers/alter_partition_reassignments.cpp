// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "answers.h"
#include "decide.h"
#include "handlers.h"
#include "item_bound.h"
#include "mentions.h"
#include "problem_text.h"

#include <memory>
#include <utility>

namespace troupe::actors::handlers {

namespace {

using request_type = kafka::alter_partition_reassignments_request;

/// Replicas of the partition before the move that may be under way.
size_t replication_factor(const cluster::partition_registration& x) noexcept {
  return x.replicas.size() - std::min(x.adding.size(), x.replicas.size());
}

problem check(const request_type& x, const storage::topic_partition& name,
              const request_type::partition& asked,
              const cluster::metadata_image& image) {
  if (x.allow_replication_factor_change || !asked.replicas)
    return {};
  auto known = image.find(name);
  if (known == nullptr || asked.replicas->size() == replication_factor(*known))
    return {};
  return cluster::decision{cluster::refusal::invalid_replication_factor,
                           "the request does not allow another number of "
                           "replicas"};
}

kafka::alter_partition_reassignments_response
refusal_of(const request_type& x) {
  kafka::alter_partition_reassignments_response response;
  response.error_code = cluster_not_allowed;
  response.error_message = "this client may not alter the cluster";
  for (const auto& topic : x.topics) {
    auto& answered = response.responses.emplace_back();
    answered.name = topic.name;
    for (const auto& asked : topic.partitions)
      answered.partitions.push_back(
          {asked.partition_index, cluster_not_allowed, response.error_message});
  }
  return response;
}

} // namespace

triage<cluster::reassignment>
triage_of(request_type& x, const cluster::metadata_image& image) {
  triage<cluster::reassignment> sorted;
  for (auto& topic : x.topics) {
    auto repeated = keep_first_mentions(topic.partitions, [](const auto& y) {
      return std::to_string(y.partition_index);
    });
    for (size_t i = 0; i < topic.partitions.size(); ++i) {
      const auto& asked = topic.partitions[i];
      storage::topic_partition name{topic.name, asked.partition_index};
      sorted.checked.push_back(
          repeated[i] ? invalid_request("the partition is named repeatedly")
                      : check(x, name, asked, image));
      if (sorted.checked.back().ok())
        sorted.asked.push_back({std::move(name), asked.replicas});
    }
  }
  return sorted;
}

kafka::alter_partition_reassignments_response
answer_alter_partition_reassignments(const request_type& x,
                                     const std::vector<problem>& verdicts) {
  kafka::alter_partition_reassignments_response response;
  response.allow_replication_factor_change = x.allow_replication_factor_change;
  size_t next = 0;
  for (const auto& topic : x.topics) {
    auto& answered = response.responses.emplace_back();
    answered.name = topic.name;
    for (const auto& asked : topic.partitions) {
      const auto& verdict = verdicts[next++];
      answered.partitions.push_back(
          {asked.partition_index, wire_code(verdict), text_of(verdict)});
    }
  }
  return response;
}

result<void>
alter_partition_reassignments(session_state& session, request_ptr x) {
  auto asked = x->decode<request_type>();
  if (!asked)
    return failure(asked.error());
  auto items = count_items(asked->topics, &request_type::topic::partitions);
  if (auto bound = check_item_count(items, metadata_changes_max); !bound)
    return bound;
  if (!access(session, *x).cluster(access::operation::alter)) {
    session.reply(*x, refusal_of(*asked));
    return {};
  }
  auto sorted = triage_of(*asked, *session.routes()->image);
  actors::alter_reassignments question{std::move(sorted.asked)};
  auto timeout = patience(asked->timeout_ms);
  auto count = question.partitions.size();
  auto wanted = std::make_shared<const request_type>(std::move(*asked));
  decide(session, timeout, count, std::move(question),
         [&session, x, wanted, sorted](const metadata_decided& decided) {
           session.reply(*x, answer_alter_partition_reassignments(
                                 *wanted, sorted.combine(decided.results)));
         });
  return {};
}

} // namespace troupe::actors::handlers
