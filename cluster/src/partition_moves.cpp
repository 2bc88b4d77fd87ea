// SPDX-License-Identifier: Apache-2.0
#include <companions.h>
#include <node_marks.h>
#include <partition_moves.h>
#include <reassigned.h>
#include <topic_name.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>

namespace troupe::cluster {

namespace {

using std::ranges::any_of;

/// Where the partition is when its move is done.
replica_list destination(const partition_registration& x) {
  replica_list replicas;
  for (auto node : x.replicas)
    if (!contains(x.removing, node))
      replicas.push_back(node);
  return replicas;
}

const std::string& rack_of(const metadata_image& image, node_id node) {
  static const std::string none;
  auto i = image.nodes.find(node);
  return i == image.nodes.end() ? none : i->second.rack;
}

bool moves(const partition_registration& x) {
  return !x.adding.empty() || !x.removing.empty();
}

size_t racks_of(const metadata_image& image, const replica_list& replicas) {
  std::set<std::string> racks;
  for (auto node : replicas)
    racks.insert(rack_of(image, node));
  return racks.size();
}

} // namespace

partition_moves::partition_moves(const metadata_image& image,
                                 const broker_config& broker)
    : image_(image), broker_(broker), settler_(image, image.nodes, broker),
      usable_(usable_nodes(image)) {}

void partition_moves::drain() {
  auto draining = [this](node_id node) {
    return has_mark(image_, node, node_mark::draining);
  };
  if (!any_of(image_.nodes, draining, [](auto& x) { return x.first; }))
    return;
  measure();
  for (const auto& [name, topic] : image_.topics)
    for (size_t i = 0; i < topic->partitions.size(); ++i)
      if (any_of(topic->partitions[i].adding, draining))
        move_back(*topic, i);
  std::erase_if(resting_, [&](const auto& x) {
    auto [topic, partition] = x;
    auto target = topic->partitions[partition].replicas;
    auto leaving = std::ranges::find_if(target, draining);
    if (room_ == 0 || leaving == target.end())
      return false;
    auto better = best_node_beside(target);
    if (better == no_node)
      return false;
    *leaving = better;
    move(*topic, partition, std::move(target));
    return true;
  });
}

void partition_moves::fill() {
  for (auto node : usable_)
    if (has_mark(image_, node, node_mark::filling)
        && !has_mark(image_, node, node_mark::crowded)) {
      measure();
      fill(node);
    }
}

void partition_moves::fill(node_id node) {
  // Leadership is to be shared as well, so who gives matters at first.
  for (bool any : {false, true})
    std::erase_if(resting_, [&](const auto& x) {
      auto [topic, partition] = x;
      if (room_ == 0 || has_share(node))
        return false;
      auto target = with_node(topic->partitions[partition].replicas, node,
                              any ? donor::any : wanted_donor(node));
      if (target.empty())
        return false;
      move(*topic, partition, std::move(target));
      return true;
    });
  if (room_ > 0 || has_share(node))
    made_.records.push_back(marked(image_, node, node_mark::filling, false));
}

void partition_moves::widen_offsets_topic() {
  const auto* topic = image_.find(std::string{offsets_topic});
  auto wanted =
      std::min(static_cast<size_t>(broker_.offsets_topic.replication_factor),
               usable_.size());
  auto narrow = [wanted](const auto& x) { return x.replicas.size() < wanted; };
  if (topic == nullptr || !any_of(topic->partitions, narrow))
    return;
  measure();
  std::erase_if(resting_, [&](const auto& x) {
    if (x.first != topic || room_ == 0 || !narrow(topic->partitions[x.second]))
      return false;
    auto target = topic->partitions[x.second].replicas;
    while (target.size() < wanted) {
      auto node = best_node_beside(target);
      if (node == no_node)
        return false;
      target.push_back(node);
    }
    // The one that was alone leads everything.
    auto first = std::ranges::min_element(
        target, {}, [this](node_id node) { return loads_[node].preferred; });
    std::iter_swap(target.begin(), first);
    move(*topic, x.second, std::move(target));
    return true;
  });
}

void partition_moves::measure() {
  if (!loads_.empty())
    return;
  size_t moving = 0;
  for (auto node : usable_)
    loads_[node] = {};
  for (const auto& [name, topic] : image_.topics)
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      const auto& x = topic->partitions[i];
      auto replicas = destination(x);
      if (moves(x))
        moving += waits_for_node(x) ? 0 : 1;
      else if (!is_companion(image_, name)) // Those move with their topic.
        resting_.emplace_back(topic.get(), i);
      for (auto node : replicas)
        ++loads_[node].replicas;
      replicas_in_all_ += replicas.size();
      if (!replicas.empty())
        ++loads_[replicas.front()].preferred;
    }
  auto bound = static_cast<size_t>(broker_.cluster.moving_partitions_max);
  room_ = bound - std::min(bound, moving);
}

void partition_moves::move(const topic_image& topic, size_t partition,
                           replica_list target) {
  const auto& x = topic.partitions[partition];
  for (auto node : x.replicas)
    --loads_[node].replicas;
  for (auto node : target)
    ++loads_[node].replicas;
  --loads_[x.replicas.front()].preferred;
  ++loads_[target.front()].preferred;
  room_ -= std::min<size_t>(room_, 1);
  settler_.settle(topic, partition, reassigned(x, target), made_);
  for (const auto& companion : companions_in(image_, topic))
    move(*companion.topic, partition, target);
}

void partition_moves::move_back(const topic_image& topic, size_t partition) {
  const auto& x = topic.partitions[partition];
  replica_list before;
  for (auto node : x.replicas)
    if (!contains(x.adding, node))
      before.push_back(node);
  if (!before.empty())
    settler_.settle(topic, partition, reassigned(x, before), made_);
}

bool partition_moves::waits_for_node(const partition_registration& x) const {
  return any_of(x.adding, [this](node_id node) {
    return !in_service(image_.nodes, node);
  });
}

node_id partition_moves::best_node_beside(const replica_list& replicas) const {
  std::set<std::string> racks;
  for (auto node : replicas)
    if (contains(usable_, node))
      racks.insert(rack_of(image_, node));
  node_id best = no_node;
  auto rank = [&](node_id node) {
    return std::tuple{has_mark(image_, node, node_mark::crowded),
                      racks.contains(rack_of(image_, node)),
                      loads_.at(node).replicas, node};
  };
  for (auto node : usable_)
    if (!contains(replicas, node)
        && (best == no_node || rank(node) < rank(best)))
      best = node;
  return best;
}

bool partition_moves::has_share(node_id node) const {
  return loads_.at(node).replicas >= replicas_in_all_ / usable_.size();
}

partition_moves::donor partition_moves::wanted_donor(node_id node) const {
  auto share = image_.partition_count() / usable_.size();
  return loads_.at(node).preferred < share ? donor::preferred_leader
                                           : donor::follower;
}

replica_list partition_moves::with_node(const replica_list& replicas,
                                        node_id node, donor from) const {
  if (contains(replicas, node))
    return {};
  auto own = loads_.at(node).replicas;
  for (size_t i = 0; i < replicas.size(); ++i) {
    auto gives =
        from == donor::any || (from == donor::preferred_leader) == (i == 0);
    if (!gives || loads_.at(replicas[i]).replicas <= own + 1)
      continue;
    auto target = replicas;
    target[i] = node;
    if (racks_of(image_, target) >= racks_of(image_, replicas))
      return target;
  }
  return {};
}

} // namespace troupe::cluster
