// SPDX-License-Identifier: Apache-2.0
#include <election.h>
#include <reassigned.h>

#include <utility>

namespace troupe::cluster {

namespace {

/// Takes away what a move in progress was adding, but for those in `kept` and
/// the last ones that are in sync.
void forget_added(partition_registration& x, const std::vector<node_id>& kept) {
  auto goes = [&](node_id node) {
    return contains(x.adding, node) && !contains(kept, node);
  };
  auto isr = x.isr;
  std::erase_if(isr, goes);
  if (!isr.empty()) {
    std::erase_if(x.replicas, goes);
    x.isr = std::move(isr);
    return;
  }
  std::erase_if(x.replicas, [&](node_id node) {
    return goes(node) && !contains(x.isr, node);
  });
}

} // namespace

partition_registration
reassigned(partition_registration x, const std::vector<node_id>& target) {
  forget_added(x, target);
  std::vector<node_id> adding;
  for (auto node : target)
    if (!contains(x.replicas, node) || contains(x.adding, node))
      adding.push_back(node);
  std::vector<node_id> removing;
  for (auto node : x.replicas)
    if (!contains(target, node))
      removing.push_back(node);
  x.replicas = target;
  x.replicas.insert(x.replicas.end(), removing.begin(), removing.end());
  x.adding = std::move(adding);
  x.removing = std::move(removing);
  return x;
}

partition_registration reverted(partition_registration x) {
  auto was_added = [&x](node_id node) { return contains(x.adding, node); };
  std::erase_if(x.replicas, was_added);
  std::erase_if(x.isr, was_added);
  x.adding.clear();
  x.removing.clear();
  return x;
}

} // namespace troupe::cluster
