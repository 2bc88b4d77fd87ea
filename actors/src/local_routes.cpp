// SPDX-License-Identifier: Apache-2.0
#include "local_routes.h"

#include <troupe/cluster/topic_kind.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace troupe::actors {

namespace {

tl::unexpected<route_refusal>
refuse(errc code, std::string text, bool may_pass) {
  return tl::unexpected<route_refusal>({{code, std::move(text)}, may_pass});
}

tl::unexpected<route_refusal>
unknown(const routing& routes, const storage::topic_partition& what) {
  bool known = routes.find(what.topic) != nullptr;
  return refuse(errc::unknown_partition,
                known ? "there is no partition " + to_string(what)
                      : "there is no topic " + what.topic,
                false);
}

/// The topic, if it has such a partition.
const topic_route*
find(const routing& routes, const storage::topic_partition& what) {
  const auto* topic = routes.find(what.topic);
  auto index = static_cast<size_t>(what.partition);
  if (topic == nullptr || what.partition < 0
      || index >= topic->partitions.size())
    return nullptr;
  return topic;
}

local_route
served(const topic_route& topic, const storage::topic_partition& what) {
  const auto& route = topic.partitions[static_cast<size_t>(what.partition)];
  if (route.online())
    return route.actor;
  if (route.failed)
    return refuse(errc::partition_offline,
                  "the disk of " + to_string(what) + " failed", false);
  return refuse(errc::not_leader,
                "the log of " + to_string(what) + " is not open yet", true);
}

} // namespace

local_route find_local_leader(const routing& routes, cluster::node_id self,
                              const storage::topic_partition& what) {
  const auto* topic = find(routes, what);
  if (topic == nullptr
      || cluster::kind_of(topic->topic->configs) == cluster::topic_kind::log)
    return find_leader_here(routes, self, what);
  auto inbox =
      cluster::companion_name(what.topic, cluster::companion_role::inbox);
  return find_leader_here(routes, self, {inbox, what.partition});
}

local_route find_leader_here(const routing& routes, cluster::node_id self,
                             const storage::topic_partition& what) {
  const auto* topic = find(routes, what);
  if (topic == nullptr)
    return unknown(routes, what);
  const auto& known =
      topic->topic->partitions[static_cast<size_t>(what.partition)];
  if (known.leader == cluster::no_node)
    return refuse(errc::not_leader, "nobody leads " + to_string(what), true);
  if (known.leader != self)
    return refuse(errc::not_leader,
                  "node " + std::to_string(known.leader) + " leads "
                      + to_string(what)
                      + ": a producer inside a process reaches only what its "
                        "own node leads",
                  false);
  return served(*topic, what);
}

local_route find_local_replica(const routing& routes, cluster::node_id self,
                               const storage::topic_partition& what) {
  const auto* topic = find(routes, what);
  if (topic == nullptr)
    return unknown(routes, what);
  const auto& known =
      topic->topic->partitions[static_cast<size_t>(what.partition)];
  if (std::ranges::find(known.replicas, self) == known.replicas.end())
    return refuse(errc::not_leader,
                  "this node has no replica of " + to_string(what)
                      + ": a consumer inside a process reads only those of its "
                        "own node",
                  false);
  return served(*topic, what);
}

} // namespace troupe::actors
