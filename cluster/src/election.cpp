// SPDX-License-Identifier: Apache-2.0
#include <election.h>

#include <algorithm>
#include <utility>

namespace troupe::cluster {

namespace {

bool same_nodes(const std::vector<node_id>& a, const std::vector<node_id>& b) {
  return std::is_permutation(a.begin(), a.end(), b.begin(), b.end());
}

std::vector<node_id>
without(const std::vector<node_id>& nodes, const std::vector<node_id>& some) {
  std::vector<node_id> rest;
  for (auto x : nodes)
    if (!contains(some, x))
      rest.push_back(x);
  return rest;
}

void drop_fenced(partition_registration& x, const node_table& nodes) {
  std::vector<node_id> isr;
  for (auto node : x.isr)
    if (in_service(nodes, node))
      isr.push_back(node);
  if (!isr.empty())
    x.isr = std::move(isr);
}

void finish_move(partition_registration& x, const node_table& nodes) {
  auto in_sync = [&x](node_id node) { return contains(x.isr, node); };
  if (!std::all_of(x.adding.begin(), x.adding.end(), in_sync))
    return;
  auto isr = without(x.isr, x.removing);
  auto leads = [&nodes](node_id node) { return in_service(nodes, node); };
  if (std::none_of(isr.begin(), isr.end(), leads))
    return;
  x.replicas = without(x.replicas, x.removing);
  x.isr = std::move(isr);
  x.adding.clear();
  x.removing.clear();
}

node_id
choose_leader(const partition_registration& x, const node_table& nodes) {
  auto find = [&](auto may_lead) {
    if (contains(x.isr, x.leader) && may_lead(nodes, x.leader))
      return x.leader;
    for (auto node : x.replicas)
      if (contains(x.isr, node) && may_lead(nodes, node))
        return node;
    return no_node;
  };
  auto leader = find(stays_in_service);
  return leader == no_node ? find(in_service) : leader;
}

partition_registration
with_epochs(const partition_registration& before, partition_registration x) {
  x.partition_epoch = before.partition_epoch;
  x.leader_epoch = before.leader_epoch;
  if (x == before)
    return x;
  ++x.partition_epoch;
  auto lost = without(before.replicas, x.replicas);
  if (x.leader != before.leader || !lost.empty())
    ++x.leader_epoch;
  return x;
}

} // namespace

bool contains(const std::vector<node_id>& nodes, node_id x) {
  return std::find(nodes.begin(), nodes.end(), x) != nodes.end();
}

bool in_service(const node_table& nodes, node_id x) {
  auto i = nodes.find(x);
  return i != nodes.end() && !i->second.fenced;
}

bool stays_in_service(const node_table& nodes, node_id x) {
  auto i = nodes.find(x);
  return i != nodes.end() && !i->second.fenced && !i->second.leaving;
}

bool needs_settling(const partition_registration& x, const node_table& nodes) {
  auto serves = [&nodes](node_id node) { return in_service(nodes, node); };
  return !stays_in_service(nodes, x.leader) || !x.adding.empty()
         || !x.removing.empty()
         || !std::all_of(x.isr.begin(), x.isr.end(), serves);
}

partition_registration settled(const partition_registration& before,
                               partition_registration wanted,
                               const node_table& nodes) {
  auto& x = wanted;
  drop_fenced(x, nodes);
  if (!x.adding.empty() || !x.removing.empty())
    finish_move(x, nodes);
  // The order of an ISR says nothing.
  if (same_nodes(x.isr, before.isr))
    x.isr = before.isr;
  x.leader = choose_leader(x, nodes);
  return with_epochs(before, std::move(x));
}

partition_registration elected_unclean(const partition_registration& before,
                                       partition_registration x,
                                       const node_table& nodes) {
  for (auto may_lead : {stays_in_service, in_service})
    for (auto node : x.replicas)
      if (may_lead(nodes, node)) {
        x.leader = node;
        x.isr = {node};
        return with_epochs(before, std::move(x));
      }
  return x;
}

} // namespace troupe::cluster
