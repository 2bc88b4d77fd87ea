// SPDX-License-Identifier: Apache-2.0
#include <node_marks.h>
#include <partition_settler.h>
#include <refused.h>
#include <troupe/cluster/controller.h>
#include <troupe/cluster/failure_detector.h>

#include <algorithm>
#include <string>
#include <utility>

namespace troupe::cluster {

namespace {

std::string named(node_id node) {
  return "broker " + std::to_string(node);
}

outcome unknown(node_id node) {
  return refused(refusal::unknown_node, named(node) + " is not registered");
}

/// One that nothing names: metadata may still speak of nodes that are gone.
node_id fresh_id(const metadata_image& image) {
  node_id last = no_node;
  for (const auto& [id, node] : image.nodes)
    last = std::max(last, id);
  for (const auto& voter : image.voters)
    last = std::max(last, voter.id);
  for (const auto& [id, configs] : image.broker_configs)
    last = std::max(last, id);
  return last + 1;
}

/// Two processes cannot listen at one address: the newer one proves that the
/// older one is gone.
bool same_place(const node_registration& a, const node_registration& b) {
  return a.cluster_port != 0 && a.cluster_port == b.cluster_port
         && a.cluster_host == b.cluster_host;
}

/// Whether a partition is led by the node although another one could.
bool leads_in_vain(const metadata_image& image, node_id node) {
  auto other = [&](node_id x) {
    return x != node && stays_in_service(image.nodes, x);
  };
  for (const auto& [name, topic] : image.topics)
    for (const auto& x : topic->partitions)
      if (x.leader == node && std::any_of(x.isr.begin(), x.isr.end(), other))
        return true;
  return false;
}

/// Others must have heard who leads instead, before it stops answering.
bool may_stop(const metadata_image& image, const node_registration& node,
              failure_detector& sessions) {
  if (node.fenced)
    return true;
  if (!node.leaving) {
    sessions.begins_to_leave(node.id, image.end_offset);
    return false;
  }
  if (leads_in_vain(image, node.id))
    return false;
  auto since = sessions.gave_up_leading(node.id, image.end_offset);
  return since && sessions.all_know(*since, node.id);
}

} // namespace

outcome controller::register_node(const metadata_image& image,
                                  const node_registration& x,
                                  const failure_detector& sessions) {
  auto node = x;
  bool fresh = node.id == no_node;
  if (fresh)
    node.id = node_with(image, x.incarnation);
  if (node.id == no_node)
    node.id = fresh_id(image);
  if (node.id < 0)
    return refused(refusal::invalid_request,
                   "a broker's id must not be negative");
  auto known = image.nodes.find(node.id);
  bool met = known != image.nodes.end();
  bool restarted = !met || known->second.incarnation != x.incarnation;
  // No other process can have this one's id and data directory.
  if (met && restarted && node.id != config_.id && !known->second.fenced
      && sessions.alive(node.id) && !same_place(known->second, x))
    return refused(refusal::duplicate_node, named(node.id)
                                                + " is registered and alive at "
                                                + known->second.host);
  node.fenced = restarted ? !x.incarnation.is_nil() : known->second.fenced;
  node.leaving = restarted ? false : known->second.leaving;
  outcome made;
  if (image.cluster_id.empty())
    made.records.emplace_back(cluster_created{to_string(fresh_uuid())});
  if (met && known->second == node)
    return made;
  made.records.emplace_back(node_registered{node});
  if (!met && !image.nodes.empty() && config_.cluster.spread_partitions
      && image.partition_count() > 0)
    made.records.push_back(marked(image, node.id, node_mark::filling, true));
  if (met && restarted) {
    auto nodes = image.nodes;
    nodes[node.id] = node;
    partition_settler{image, nodes, config_}.settle_all(made);
  }
  return made;
}

heartbeat_outcome
controller::heartbeat(const metadata_image& image, const node_heartbeat& x,
                      failure_detector& sessions, int64_t now_ms) const {
  auto known = image.nodes.find(x.node);
  if (known == image.nodes.end())
    return {unknown(x.node)};
  if (known->second.incarnation != x.incarnation)
    return {refused(refusal::stale_incarnation,
                    named(x.node) + " has registered again since")};
  sessions.heard(x, image.end_offset, now_ms);
  auto node = known->second;
  heartbeat_outcome answer;
  if (x.wants_to_stop) {
    answer.may_stop = may_stop(image, node, sessions);
    node.fenced |= answer.may_stop;
    node.leaving = true;
  } else if (x.knows_fenced) {
    node.fenced = false;
  }
  answer.fenced = node.fenced;
  if (node == known->second)
    return answer;
  auto nodes = image.nodes;
  nodes[node.id] = node;
  answer.decided.records.emplace_back(node_registered{node});
  partition_settler{image, nodes, config_}.settle_all(answer.decided);
  return answer;
}

outcome controller::fence_nodes(const metadata_image& image,
                                std::span<const node_id> nodes) const {
  auto after = image.nodes;
  outcome made;
  for (auto id : nodes) {
    auto known = after.find(id);
    if (known == after.end() || known->second.fenced)
      continue;
    known->second.fenced = true;
    made.records.emplace_back(node_registered{known->second});
  }
  if (!made.records.empty())
    partition_settler{image, after, config_}.settle_all(made);
  return made;
}

outcome controller::settle_partitions(const metadata_image& image) const {
  outcome made;
  partition_settler{image, image.nodes, config_}.settle_all(made);
  return made;
}

outcome
controller::drain_node(const metadata_image& image, node_id node) const {
  if (!image.nodes.contains(node))
    return unknown(node);
  auto others = usable_nodes(image);
  std::erase(others, node);
  for (const auto& [name, topic] : image.topics)
    for (const auto& x : topic->partitions)
      if (contains(x.replicas, node) && !contains(x.removing, node)
          && x.replicas.size() - x.removing.size() > others.size())
        return refused(refusal::invalid_replication_factor,
                       "topic " + name + " needs "
                           + std::to_string(x.replicas.size())
                           + " brokers, and without " + named(node)
                           + " there are " + std::to_string(others.size()));
  if (has_mark(image, node, node_mark::draining))
    return {};
  return {{}, {marked(image, node, node_mark::draining, true)}};
}

outcome
controller::remove_node(const metadata_image& image, node_id node) const {
  auto known = image.nodes.find(node);
  if (known == image.nodes.end())
    return unknown(node);
  if (!known->second.fenced)
    return refused(refusal::invalid_request,
                   named(node) + " is running: stop it first");
  if (auto count = replicas_on(image, node); count > 0)
    return refused(refusal::invalid_request, named(node) + " has "
                                                 + std::to_string(count)
                                                 + " replicas: drain it first");
  for (const auto& voter : image.voters)
    if (voter.id == node)
      return refused(refusal::invalid_request,
                     named(node) + " is a voter of the metadata quorum");
  outcome made;
  if (image.broker_configs.contains(node))
    made.records.emplace_back(broker_configs_replaced{node, {}});
  made.records.emplace_back(node_removed{node});
  return made;
}

node_id node_with(const metadata_image& image, const uuid& incarnation) {
  if (incarnation.is_nil())
    return no_node;
  for (const auto& [id, node] : image.nodes)
    if (node.incarnation == incarnation)
      return id;
  return no_node;
}

std::vector<node_id> usable_nodes(const metadata_image& image) {
  std::vector<node_id> usable;
  for (const auto& [id, node] : image.nodes)
    if (!node.fenced && !node.leaving
        && !has_mark(image, id, node_mark::draining))
      usable.push_back(id);
  return usable;
}

size_t replicas_on(const metadata_image& image, node_id node) {
  size_t count = 0;
  for (const auto& [name, topic] : image.topics)
    for (const auto& x : topic->partitions)
      count += contains(x.replicas, node) ? 1 : 0;
  return count;
}

} // namespace troupe::cluster
