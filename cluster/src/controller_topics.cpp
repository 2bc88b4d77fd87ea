// SPDX-License-Identifier: Apache-2.0
#include <companions.h>
#include <placement.h>
#include <quoted.h>
#include <refused.h>
#include <topic_name.h>
#include <troupe/cluster/controller.h>
#include <troupe/cluster/topic_kind.h>

#include <algorithm>
#include <string>
#include <utility>

namespace troupe::cluster {

namespace {

/// -1 in a request: "what the broker's configuration says".
constexpr int32_t broker_default = -1;

decision check_name(const metadata_image& image, const std::string& name) {
  if (auto fault = topic_name_fault(name); !fault.empty())
    return refuse(refusal::invalid_topic_name,
                  "topic name " + quoted(name) + " is illegal: " + fault);
  if (name == metadata_topic)
    return refuse(refusal::invalid_topic_name,
                  "topic name " + quoted(name)
                      + " is kept for the cluster's own metadata");
  if (name.starts_with(reserved_prefix))
    return refuse(refusal::invalid_topic_name,
                  "topic name " + quoted(name) + " begins with "
                      + quoted(reserved_prefix)
                      + ", which is kept for the broker's own topics");
  if (image.topics.contains(name))
    return refuse(refusal::topic_exists,
                  "topic " + quoted(name) + " already exists");
  if (const auto* other = colliding_topic(image, name))
    return refuse(refusal::invalid_topic_name,
                  "topic " + quoted(name) + " collides with existing topic "
                      + quoted(*other) + ": '.' and '_' count as the same");
  return {};
}

/// Puts the assignments into the order of their partitions, which must be
/// 0..n-1.
decision
order_assignments(const new_topic& x, std::vector<replica_list>& placement) {
  if (x.num_partitions != broker_default
      || x.replication_factor != broker_default)
    return refuse(refusal::invalid_request,
                  "with explicit replica assignments the number of partitions "
                  "and the replication factor must both be -1");
  placement.resize(x.assignments.size());
  std::vector<bool> seen(x.assignments.size());
  for (const auto& [partition, replicas] : x.assignments) {
    auto index = static_cast<size_t>(partition);
    if (partition < 0 || index >= seen.size())
      return refuse(refusal::invalid_replica_assignment,
                    "partitions of the assignment must be 0 to "
                        + std::to_string(seen.size() - 1) + ", not "
                        + std::to_string(partition));
    if (seen[index])
      return refuse(refusal::invalid_replica_assignment,
                    "partition " + std::to_string(partition)
                        + " is assigned twice");
    seen[index] = true;
    placement[index] = replicas;
  }
  return {};
}

decision check_replication_factor(const metadata_image& image,
                                  int64_t replication_factor) {
  if (replication_factor < 1)
    return refuse(refusal::invalid_replication_factor,
                  "replication factor must be at least 1, or -1 for the "
                  "broker's default");
  auto usable = usable_nodes(image).size();
  if (replication_factor > static_cast<int64_t>(usable)) {
    auto factor = std::to_string(replication_factor);
    return refuse(refusal::invalid_replication_factor,
                  "Unable to replicate the partition " + factor
                      + " time(s): The target replication factor of " + factor
                      + " cannot be reached because only "
                      + std::to_string(usable) + " broker(s) are registered.");
  }
  return {};
}

decision place_explicitly(const metadata_image& image, const new_topic& x,
                          const broker_config& config,
                          std::vector<replica_list>& placement) {
  if (auto verdict = order_assignments(x, placement); !verdict.ok())
    return verdict;
  if (auto verdict = check_placement(image, placement, 0); !verdict.ok())
    return verdict;
  if (auto verdict = check_leadership(image, placement); !verdict.ok())
    return verdict;
  auto count = static_cast<int64_t>(placement.size());
  return check_partition_bound(image, count, count, config.partitions_max);
}

decision place_automatically(const metadata_image& image, const new_topic& x,
                             const broker_config& config,
                             std::vector<replica_list>& placement) {
  auto count = x.num_partitions == broker_default ? config.num_partitions
                                                  : x.num_partitions;
  if (count < 1)
    return refuse(refusal::invalid_partitions,
                  "number of partitions must be at least 1, or -1 for the "
                  "broker's default");
  auto replication_factor = x.replication_factor == broker_default
                                ? config.default_replication_factor
                                : x.replication_factor;
  if (auto verdict = check_replication_factor(image, replication_factor);
      !verdict.ok())
    return verdict;
  if (auto verdict =
          check_partition_bound(image, count, count, config.partitions_max);
      !verdict.ok())
    return verdict;
  // Starting where the last topic stopped spreads topics of one partition.
  auto start = image.partition_count() % usable_nodes(image).size();
  placement = place_partitions(image, start, 0, static_cast<size_t>(count),
                               static_cast<size_t>(replication_factor));
  return {};
}

decision collect_configs(const new_topic& x, config_map& configs) {
  for (const auto& [key, value] : x.configs) {
    if (!value)
      return refuse(refusal::invalid_config,
                    "configuration " + quoted(key) + " has no value");
    configs[key] = *value;
  }
  if (auto ok = check_topic_configs(configs); !ok)
    return refuse(refusal::invalid_config, ok.error().message);
  return {};
}

/// Whether the topics can be made that belong to one of that kind.
decision check_companions(const metadata_image& image, const std::string& name,
                          topic_kind kind) {
  if (name.size() > name_size_max(kind))
    return refuse(refusal::invalid_topic_name,
                  "topic name " + quoted(name)
                      + " is illegal: it is longer than "
                      + std::to_string(name_size_max(kind))
                      + " characters, and topics that belong to it have longer "
                        "names");
  for (auto role : companions_of(kind)) {
    auto belonging = companion_name(name, role);
    if (image.topics.contains(belonging)
        || colliding_topic(image, belonging) != nullptr)
      return refuse(refusal::topic_exists,
                    "topic " + quoted(belonging)
                        + " already exists, or one whose name counts as the "
                          "same: "
                        + quoted(name) + " needs it for itself");
  }
  return {};
}

/// Where in the order of nodes the topic's first leader stands, so that added
/// partitions go on round the nodes from there.
size_t start_of(const metadata_image& image, const topic_image& topic) {
  auto nodes = usable_nodes(image);
  auto leader = topic.partitions.front().replicas.front();
  auto first = std::find(nodes.begin(), nodes.end(), leader);
  return first == nodes.end() ? 0 : static_cast<size_t>(first - nodes.begin());
}

decision place_more(const metadata_image& image, const topic_image& topic,
                    const more_partitions& x,
                    std::vector<replica_list>& placement) {
  auto present = topic.partitions.size();
  auto added = static_cast<size_t>(x.count) - present;
  const auto& first = topic.partitions.front();
  auto replication_factor = first.replicas.size() - first.removing.size();
  if (x.assignments) {
    if (x.assignments->size() != added)
      return refuse(refusal::invalid_replica_assignment,
                    "assignments for " + std::to_string(x.assignments->size())
                        + " partitions where " + std::to_string(added)
                        + " are added");
    placement = *x.assignments;
    auto verdict = check_placement(image, placement, replication_factor);
    return verdict.ok() ? check_leadership(image, placement) : verdict;
  }
  if (auto verdict = check_replication_factor(
          image, static_cast<int64_t>(replication_factor));
      !verdict.ok())
    return verdict;
  placement = place_partitions(image, start_of(image, topic), present, added,
                               replication_factor);
  return {};
}

/// With the same partitions on the same nodes.
topic_image
companion_of(const topic_image& topic, companion_role role, const uuid& id) {
  topic_image x;
  x.name = companion_name(topic.name, role);
  x.id = id;
  x.configs = companion_configs(topic.configs, role);
  x.partitions = topic.partitions;
  return x;
}

} // namespace

outcome
controller::create_topic(const metadata_image& image, const new_topic& x) {
  if (auto verdict = check_name(image, x.name); !verdict.ok())
    return refused(std::move(verdict));
  std::vector<replica_list> placement;
  auto placed = x.assignments.empty()
                    ? place_automatically(image, x, config_, placement)
                    : place_explicitly(image, x, config_, placement);
  if (!placed.ok())
    return refused(std::move(placed));
  topic_image topic;
  if (auto verdict = collect_configs(x, topic.configs); !verdict.ok())
    return refused(std::move(verdict));
  auto kind = kind_of(topic.configs);
  if (auto verdict = check_companions(image, x.name, kind); !verdict.ok())
    return refused(std::move(verdict));
  topic.name = x.name;
  do
    topic.id = fresh_uuid();
  while (image.topics_by_id.contains(topic.id));
  topic.partitions = register_partitions(image, std::move(placement));
  auto roles = companions_of(kind);
  auto count = static_cast<int64_t>(topic.partitions.size());
  auto all = count * static_cast<int64_t>(1 + roles.size());
  if (auto verdict =
          check_partition_bound(image, count, all, config_.partitions_max);
      !verdict.ok())
    return refused(std::move(verdict));
  // 122 random bits: not one of those drawn just now.
  metadata_delta delta{topic_created{topic}};
  for (auto role : roles) {
    auto id = fresh_uuid();
    while (image.topics_by_id.contains(id))
      id = fresh_uuid();
    delta.push_back(topic_created{companion_of(topic, role, id)});
  }
  return {{}, std::move(delta)};
}

outcome controller::delete_topic(const metadata_image& image,
                                 const topic_reference& x) {
  if (!config_.delete_topics)
    return refused(refusal::topic_deletion_disabled,
                   "topic deletion is disabled: delete.topic.enable=false");
  if (x.name && !x.id.is_nil())
    return refused(refusal::invalid_request,
                   "a topic must be named by name or by id, not by both");
  if (!x.name && x.id.is_nil())
    return refused(refusal::invalid_request,
                   "a topic must be named by name or by id");
  const auto* topic = x.name ? image.find(*x.name) : image.find(x.id);
  if (topic == nullptr)
    return x.name ? refused(refusal::unknown_topic,
                            "topic " + quoted(*x.name) + " does not exist")
                  : refused(refusal::unknown_topic_id,
                            "no topic has the id " + to_string(x.id));
  if (auto verdict = check_not_companion(image, topic->name); !verdict.ok())
    return refused(std::move(verdict));
  metadata_delta delta{topic_deleted{topic->id}};
  for (const auto& companion : companions_in(image, *topic))
    delta.push_back(topic_deleted{companion.topic->id});
  return {{}, std::move(delta)};
}

outcome controller::create_partitions(const metadata_image& image,
                                      const more_partitions& x) {
  const auto* topic = image.find(x.topic);
  if (topic == nullptr)
    return refused(refusal::unknown_topic,
                   "topic " + quoted(x.topic) + " does not exist");
  if (auto verdict = check_not_companion(image, x.topic); !verdict.ok())
    return refused(std::move(verdict));
  auto companions = companions_in(image, *topic);
  auto present = static_cast<int64_t>(topic->partitions.size());
  if (x.count <= present)
    return refused(refusal::invalid_partitions,
                   "topic " + quoted(x.topic) + " has "
                       + std::to_string(present) + " partitions; the new total "
                       + std::to_string(x.count) + " is not larger");
  auto added =
      (x.count - present) * static_cast<int64_t>(1 + companions.size());
  if (auto verdict =
          check_partition_bound(image, x.count, added, config_.partitions_max);
      !verdict.ok())
    return refused(std::move(verdict));
  std::vector<replica_list> placement;
  if (auto verdict = place_more(image, *topic, x, placement); !verdict.ok())
    return refused(std::move(verdict));
  auto partitions = register_partitions(image, std::move(placement));
  metadata_delta delta;
  // First the companions: what is produced must find its inbox.
  for (const auto& companion : companions)
    delta.push_back(partitions_added{companion.topic->id, partitions});
  delta.push_back(partitions_added{topic->id, std::move(partitions)});
  return {{}, std::move(delta)};
}

} // namespace troupe::cluster
