// SPDX-License-Identifier: Apache-2.0
#include <classic_group.h>
#include <consumer_protocol.h>
#include <consumer_subscription.h>

namespace troupe::cluster {

group_error
classic_group::check_commit(const commit_request& x, group_time now) {
  bool from_member =
      x.generation >= 0 || !x.member_id.empty() || x.group_instance_id;
  if (x.generation < 0 && state_ == group_state::empty)
    return group_error::none;
  // An operator, or a consumer that assigns itself: not beside members.
  if (!from_member)
    return state_ == group_state::empty ? group_error::none
                                        : group_error::unknown_member_id;
  if (auto error = check_member(x.member_id, x.group_instance_id);
      error != group_error::none)
    return error;
  if (x.generation != generation_)
    return group_error::illegal_generation;
  // The member has joined but does not know its partitions yet: what it
  // commits are another generation's.
  if (state_ == group_state::completing_rebalance)
    return group_error::rebalance_in_progress;
  arm_session(members_.find(x.member_id)->second, now);
  return group_error::none;
}

group_error classic_group::check_delete_offsets() const {
  return state_ == group_state::empty
                 || protocol_type_ == consumer_protocol_type
             ? group_error::none
             : group_error::non_empty_group;
}

std::optional<std::set<std::string>> classic_group::subscribed_topics() const {
  if (protocol_type_ != consumer_protocol_type)
    return {};
  std::set<std::string> topics;
  if (!members_.empty() && !protocol_)
    return {};
  for (const auto& [id, member] : members_) {
    const auto* metadata = member.metadata(*protocol_);
    if (metadata == nullptr || !read_subscription(*metadata, topics))
      return {};
  }
  return topics;
}

bool classic_group::subscribed(
    const std::string& topic,
    const std::optional<std::set<std::string>>& topics) const {
  return topics ? topics->contains(topic)
                : protocol_type_ == consumer_protocol_type;
}

std::vector<storage::topic_partition>
classic_group::expired(std::span<const offset_commit> stored,
                       group_time now) const {
  auto topics = subscribed_topics();
  bool empty = state_ == group_state::empty;
  // Between generations nobody knows what is read.
  bool reads = state_ == group_state::stable && topics.has_value();
  if (!empty && !reads)
    return {};
  // KIP-211: the clock of a group that had members starts when the last one
  // left, that of any other offset with its commit.
  bool since_empty = empty && !protocol_type_.empty()
                     && state_timestamp_ != storage::no_timestamp;
  std::vector<storage::topic_partition> x;
  for (const auto& commit : stored) {
    if (subscribed(commit.partition.topic, topics))
      continue;
    auto since = since_empty ? state_timestamp_ : commit.commit_timestamp;
    bool over = commit.expire_timestamp != storage::no_timestamp
                    ? now.wall_ms >= commit.expire_timestamp
                    : since <= now.wall_ms - config_->offsets_retention_ms;
    if (over)
      x.push_back(commit.partition);
  }
  return x;
}

} // namespace troupe::cluster
