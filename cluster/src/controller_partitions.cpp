// SPDX-License-Identifier: Apache-2.0
#include <partition_settler.h>
#include <quoted.h>
#include <refused.h>
#include <troupe/cluster/controller.h>

#include <algorithm>
#include <string>
#include <utility>

namespace troupe::cluster {

namespace {

std::string printed(const topic_partition& x) {
  return quoted(x.topic) + "-" + std::to_string(x.partition);
}

outcome unknown(const topic_partition& x) {
  return refused(refusal::unknown_topic,
                 "partition " + printed(x) + " does not exist");
}

bool distinct(const std::vector<node_id>& nodes) {
  for (auto i = nodes.begin(); i != nodes.end(); ++i)
    if (std::find(nodes.begin(), i, *i) != i)
      return false;
  return true;
}

/// Kafka's order: what tells the asker that it, or this controller, is behind
/// comes before what is wrong with the proposal itself.
decision check_alteration(const partition_registration& known,
                          const isr_alteration& x, const node_table& nodes) {
  if (x.leader_epoch > known.leader_epoch
      || x.partition_epoch > known.partition_epoch)
    return refuse(refusal::not_controller,
                  "the proposal is based on newer metadata than ours");
  if (x.leader_epoch < known.leader_epoch)
    return refuse(refusal::fenced_leader_epoch,
                  "the leader epoch is " + std::to_string(known.leader_epoch)
                      + " by now");
  if (x.leader != known.leader)
    return refuse(refusal::invalid_request,
                  "broker " + std::to_string(x.leader)
                      + " does not lead the partition");
  if (x.partition_epoch < known.partition_epoch)
    return refuse(refusal::stale_partition_epoch,
                  "the partition epoch is "
                      + std::to_string(known.partition_epoch) + " by now");
  if (!contains(x.isr, x.leader))
    return refuse(refusal::invalid_request,
                  "the leader is not in the proposed ISR");
  if (x.isr.size() > known.replicas.size() || !distinct(x.isr))
    return refuse(refusal::invalid_request,
                  "the proposed ISR is larger than it can be");
  for (size_t i = 0; i < x.isr.size(); ++i) {
    auto node = x.isr[i];
    if (!contains(known.replicas, node))
      return refuse(refusal::invalid_request,
                    "broker " + std::to_string(node) + " is no replica");
    // Who is in sync already and about to leave stays until it is fenced.
    if (contains(known.isr, node))
      continue;
    if (!stays_in_service(nodes, node))
      return refuse(refusal::ineligible_replica,
                    "broker " + std::to_string(node) + " is fenced or leaving");
    auto life = i < x.incarnations.size() ? x.incarnations[i] : uuid{};
    if (life != nodes.at(node).incarnation)
      return refuse(refusal::ineligible_replica,
                    "broker " + std::to_string(node)
                        + " began another life since");
  }
  return {};
}

/// Whether a preferred election would make the first replica lead.
bool prefers_another(const partition_registration& x, const node_table& nodes) {
  auto preferred = x.replicas.front();
  return x.leader != preferred && contains(x.isr, preferred)
         && stays_in_service(nodes, preferred);
}

bool leaderless_with_replica(const partition_registration& x,
                             const node_table& nodes) {
  return x.leader == no_node
         && std::any_of(
             x.replicas.begin(), x.replicas.end(),
             [&nodes](node_id node) { return in_service(nodes, node); });
}

partition_changed changed(const topic_image& topic, int32_t partition,
                          partition_registration state) {
  return {topic.id, partition, std::move(state)};
}

partition_registration led_by_preferred(partition_registration x) {
  x.leader = x.replicas.front();
  ++x.leader_epoch;
  ++x.partition_epoch;
  return x;
}

} // namespace

outcome controller::alter_isr(const metadata_image& image,
                              const isr_alteration& x) const {
  const auto* topic = image.find(x.topic_id);
  if (topic == nullptr)
    return refused(refusal::unknown_topic_id,
                   "no topic has the id " + to_string(x.topic_id));
  auto index = static_cast<size_t>(x.partition);
  if (x.partition < 0 || index >= topic->partitions.size())
    return unknown({topic->name, x.partition});
  auto wanted = topic->partitions[index];
  if (auto verdict = check_alteration(wanted, x, image.nodes); !verdict.ok())
    return refused(std::move(verdict));
  wanted.isr = x.isr;
  outcome made;
  partition_settler{image, image.nodes, config_}.settle(
      *topic, index, std::move(wanted), made);
  return made;
}

outcome controller::resign_replica(const metadata_image& image,
                                   const replica_resignation& x) const {
  const auto* topic = image.find(x.topic_id);
  if (topic == nullptr)
    return refused(refusal::unknown_topic_id,
                   "no topic has the id " + to_string(x.topic_id));
  auto index = static_cast<size_t>(x.partition);
  if (x.partition < 0 || index >= topic->partitions.size())
    return unknown({topic->name, x.partition});
  auto wanted = topic->partitions[index];
  if (std::erase(wanted.isr, x.node) == 0)
    return {};
  auto serves = [&image](node_id node) {
    return in_service(image.nodes, node);
  };
  if (std::none_of(wanted.isr.begin(), wanted.isr.end(), serves))
    return refused(refusal::eligible_leaders_not_available,
                   "no other replica of " + printed({topic->name, x.partition})
                       + " is in sync");
  outcome made;
  partition_settler{image, image.nodes, config_}.settle(
      *topic, index, std::move(wanted), made);
  return made;
}

outcome controller::elect_leader(const metadata_image& image,
                                 const topic_partition& name,
                                 election_type type) const {
  const auto* x = image.find(name);
  if (x == nullptr)
    return unknown(name);
  const auto& topic = *image.find(name.topic);
  if (type == election_type::preferred) {
    if (x->leader == x->replicas.front())
      return refused(refusal::election_not_needed,
                     "the preferred leader leads " + printed(name));
    if (!prefers_another(*x, image.nodes))
      return refused(refusal::preferred_leader_not_available,
                     "the preferred leader of " + printed(name)
                         + " is not in sync or not in service");
    return {{}, {changed(topic, name.partition, led_by_preferred(*x))}};
  }
  if (x->leader != no_node)
    return refused(refusal::election_not_needed, printed(name) + " is led");
  if (!leaderless_with_replica(*x, image.nodes))
    return refused(refusal::eligible_leaders_not_available,
                   "no replica of " + printed(name) + " is in service");
  // One that is in sync loses nothing.
  auto state = settled(*x, *x, image.nodes);
  outcome made;
  if (state.leader == no_node) {
    state = elected_unclean(*x, std::move(state), image.nodes);
    made.unclean.push_back(name);
  }
  made.records.emplace_back(changed(topic, name.partition, std::move(state)));
  return made;
}

outcome controller::rebalance_leaders(const metadata_image& image) const {
  outcome made;
  for (const auto& [name, topic] : image.topics)
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      const auto& x = topic->partitions[i];
      if (x.leader == no_node || !prefers_another(x, image.nodes))
        continue;
      if (made.records.size() == elections_per_rebalance_max)
        return made;
      made.records.emplace_back(
          changed(*topic, static_cast<int32_t>(i), led_by_preferred(x)));
    }
  return made;
}

std::vector<topic_partition>
electable_partitions(const metadata_image& image, election_type type) {
  auto electable = type == election_type::preferred ? prefers_another
                                                    : leaderless_with_replica;
  std::vector<topic_partition> found;
  for (const auto& [name, topic] : image.topics)
    for (size_t i = 0; i < topic->partitions.size(); ++i)
      if (electable(topic->partitions[i], image.nodes))
        found.push_back({name, static_cast<int32_t>(i)});
  return found;
}

std::vector<metadata_delta> split(metadata_delta delta, size_t bytes_max) {
  std::vector<metadata_delta> parts;
  size_t bytes = 0;
  for (auto& record : delta) {
    auto size = encode(record).size();
    if (parts.empty() || bytes + size > bytes_max) {
      parts.emplace_back();
      bytes = 0;
    }
    bytes += size;
    parts.back().push_back(std::move(record));
  }
  return parts;
}

} // namespace troupe::cluster
