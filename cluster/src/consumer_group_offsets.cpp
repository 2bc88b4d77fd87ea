// SPDX-License-Identifier: Apache-2.0
#include <consumer_group.h>

#include <algorithm>

namespace troupe::cluster {

namespace {

group_error check_epoch(const consumer_member& x, int32_t epoch) {
  if (x.epoch == epoch)
    return group_error::none;
  // What the one protocol calls an epoch the other calls a generation.
  return x.classic ? group_error::illegal_generation
                   : group_error::stale_member_epoch;
}

} // namespace

bool consumer_group::speaks_classic(std::string_view member_id) const {
  auto i = members_.find(member_id);
  return i != members_.end() && i->second.classic;
}

group_error
consumer_group::check_commit(std::string_view member_id, int32_t epoch) const {
  if (epoch < 0 && members_.empty())
    return group_error::none;
  auto i = members_.find(member_id);
  if (i == members_.end())
    return group_error::unknown_member_id;
  return check_epoch(i->second, epoch);
}

group_error
consumer_group::check_fetch(const std::optional<std::string>& member_id,
                            int32_t epoch) const {
  if (!member_id && epoch < 0)
    return group_error::none;
  auto i = members_.find(member_id.value_or(""));
  if (i == members_.end())
    return group_error::unknown_member_id;
  return check_epoch(i->second, epoch);
}

bool consumer_group::subscribes_to(std::string_view topic,
                                   const group_topics& topics) const {
  if (const auto* known = topics.find(topic);
      known != nullptr && subscriptions_.contains(known->id))
    return true;
  // A topic that does not exist (yet), or no heartbeat since the start: then
  // nobody knows what the regular expressions match.
  auto matched = subscriptions_.matched();
  return std::any_of(members_.begin(), members_.end(), [&](const auto& entry) {
    const auto& member = entry.second;
    return std::binary_search(member.names.begin(), member.names.end(), topic)
           || (!matched && !member.regex.empty());
  });
}

std::vector<storage::topic_partition>
consumer_group::expired(std::span<const offset_commit> stored,
                        const group_topics& topics, int64_t retention_ms,
                        group_time now) const {
  std::vector<storage::topic_partition> x;
  for (const auto& commit : stored) {
    bool over = commit.expire_timestamp != storage::no_timestamp
                    ? now.wall_ms >= commit.expire_timestamp
                    : commit.commit_timestamp <= now.wall_ms - retention_ms;
    if (over && !subscribes_to(commit.partition.topic, topics))
      x.push_back(commit.partition);
  }
  return x;
}

} // namespace troupe::cluster
