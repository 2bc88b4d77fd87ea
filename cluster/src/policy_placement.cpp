// SPDX-License-Identifier: Apache-2.0
#include <placement.h>
#include <quoted.h>
#include <refused.h>
#include <troupe/cluster/policy_placement.h>
#include <troupe/cluster/topic_kind.h>

#include <algorithm>
#include <exception>
#include <string>
#include <utility>
#include <variant>

namespace troupe::cluster {

namespace {

/// A record of a decision that makes partitions, seen from the policy.
struct fresh_partitions {
  std::string topic;
  size_t first = 0;
  std::vector<partition_registration>* made = nullptr;
};

std::vector<fresh_partitions>
fresh_partitions_in(const metadata_image& image, metadata_delta& records) {
  std::vector<fresh_partitions> found;
  for (auto& record : records) {
    if (auto* created = std::get_if<topic_created>(&record)) {
      found.push_back({created->topic.name, 0, &created->topic.partitions});
    } else if (auto* added = std::get_if<partitions_added>(&record)) {
      const auto* topic = image.find(added->id);
      found.push_back(
          {topic->name, topic->partitions.size(), &added->partitions});
    }
  }
  return found;
}

/// The one among `all` whose companion that topic is; null: it is nobody's.
const fresh_partitions*
owner_of(const std::string& topic, const std::vector<fresh_partitions>& all) {
  // A queue has companions in every role.
  for (auto role : companions_of(topic_kind::queue))
    for (const auto& x : all)
      if (topic == companion_name(x.topic, role))
        return &x;
  return nullptr;
}

/// Why `answer` cannot be carried out, if so.
decision check_answer(const metadata_image& image,
                      const placement_policy::question& x,
                      const std::vector<replica_list>& answer) {
  if (answer.size() != x.count)
    return refuse(refusal::invalid_replica_assignment,
                  "the answer is for " + std::to_string(answer.size())
                      + " partitions where " + std::to_string(x.count)
                      + " are made");
  if (auto verdict = check_placement(image, answer, x.replication_factor);
      !verdict.ok())
    return verdict;
  for (const auto& replicas : answer)
    for (auto node : replicas)
      if (!std::ranges::binary_search(x.usable, node))
        return refuse(refusal::invalid_replica_assignment,
                      "broker " + std::to_string(node)
                          + " is fenced, leaving or draining");
  return {};
}

/// It is not our code: what it throws must not end the controller.
decision ask(placement_policy& policy, const placement_policy::question& x,
             std::vector<replica_list>& answer) {
  try {
    answer = policy.place(x);
    return {};
  } catch (const std::exception& e) {
    return refuse(refusal::invalid_replica_assignment, e.what());
  } catch (...) {
    return refuse(refusal::invalid_replica_assignment, "it threw");
  }
}

decision place(placement_policy& policy, const metadata_image& image,
               const fresh_partitions& fresh) {
  auto usable = usable_nodes(image);
  placement_policy::question x{image,
                               fresh.topic,
                               fresh.first,
                               fresh.made->size(),
                               fresh.made->front().replicas.size(),
                               usable};
  std::vector<replica_list> answer;
  auto verdict = ask(policy, x, answer);
  if (verdict.ok() && answer.empty())
    return {};
  if (verdict.ok())
    verdict = check_answer(image, x, answer);
  if (!verdict.ok()) {
    verdict.message = "the placement policy failed for topic "
                      + quoted(fresh.topic) + ": " + verdict.message;
    return verdict;
  }
  *fresh.made = register_partitions(image, std::move(answer));
  return {};
}

} // namespace

outcome apply_policy(placement_policy& policy, const metadata_image& image,
                     outcome decided) {
  auto all = fresh_partitions_in(image, decided.records);
  for (const auto& x : all)
    if (owner_of(x.topic, all) == nullptr)
      if (auto verdict = place(policy, image, x); !verdict.ok())
        return refused(std::move(verdict));
  // Companions lie where their topic does.
  for (const auto& x : all)
    if (const auto* owner = owner_of(x.topic, all))
      *x.made = *owner->made;
  return decided;
}

} // namespace troupe::cluster
