// SPDX-License-Identifier: Apache-2.0
#include "partition_finder.h"

#include <cstddef>

namespace troupe::actors::handlers {

namespace {

using kafka::error_code;

result<partition_actor, partition_refusal> refuse(partition_refusal why) {
  return tl::unexpected<partition_refusal>(std::move(why));
}

} // namespace

const cluster::partition_registration*
partition_finder::find(int32_t partition) const {
  auto index = static_cast<size_t>(partition);
  if (topic_ == nullptr || partition < 0 || index >= topic_->partitions.size())
    return nullptr;
  return &topic_->topic->partitions[index];
}

result<partition_actor, partition_refusal>
partition_finder::take(int32_t partition) {
  auto known = find(partition);
  if (known != nullptr && known->leader != self_)
    return refuse({error_code::not_leader_or_follower,
                   "another node leads the partition"});
  return take_replica(partition);
}

result<partition_actor, partition_refusal>
partition_finder::take_replica(int32_t partition) {
  if (topic_ == nullptr)
    return refuse(missing_);
  auto known = find(partition);
  if (known == nullptr)
    return refuse(
        {error_code::unknown_topic_or_partition, "no such topic or partition"});
  const auto& route = topic_->partitions[static_cast<size_t>(partition)];
  if (!route.online() && (known->leader != self_ || !route.failed))
    return refuse({error_code::not_leader_or_follower,
                   "this node has no replica of the partition, or not yet"});
  if (!route.online())
    return refuse(
        {error_code::kafka_storage_error, "the partition's disk failed"});
  if (!taken_.insert(&route).second)
    return refuse(
        {error_code::invalid_request, "the partition is named more than once"});
  return route.actor;
}

} // namespace troupe::actors::handlers
