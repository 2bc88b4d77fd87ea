// SPDX-License-Identifier: Apache-2.0
#include <consumer_group.h>

#include <troupe/storage/assert.h>

#include <algorithm>

namespace troupe::cluster {

namespace {

std::vector<consumer_group_description::topic_partitions>
described(const partition_assignment& x, const group_topics& topics) {
  std::vector<consumer_group_description::topic_partitions> list;
  for (const auto& [id, partitions] : x)
    if (const auto* topic = topics.find(id))
      list.push_back({id, topic->name, partitions});
  return list;
}

} // namespace

std::string_view to_string(consumer_group_state x) noexcept {
  switch (x) {
  case consumer_group_state::empty:
    return "Empty";
  case consumer_group_state::assigning:
    return "Assigning";
  case consumer_group_state::reconciling:
    return "Reconciling";
  case consumer_group_state::stable:
    return "Stable";
  case consumer_group_state::dead:
    return "Dead";
  }
  return "Unknown";
}

consumer_group_state consumer_group::state() const {
  if (members_.empty())
    return consumer_group_state::empty;
  if (epoch_ > target_epoch_)
    return consumer_group_state::assigning;
  auto done =
      std::all_of(members_.begin(), members_.end(),
                  [&](const auto& entry) { return reconciled(entry.second); });
  return done ? consumer_group_state::stable
              : consumer_group_state::reconciling;
}

group_error
consumer_group::check_commit(std::string_view member_id, int32_t epoch) const {
  if (epoch < 0 && members_.empty())
    return group_error::none;
  auto i = members_.find(member_id);
  if (i == members_.end())
    return group_error::unknown_member_id;
  return i->second.epoch == epoch ? group_error::none
                                  : group_error::stale_member_epoch;
}

group_error
consumer_group::check_fetch(const std::optional<std::string>& member_id,
                            int32_t epoch) const {
  if (!member_id && epoch < 0)
    return group_error::none;
  auto i = members_.find(member_id.value_or(""));
  if (i == members_.end())
    return group_error::unknown_member_id;
  return i->second.epoch == epoch ? group_error::none
                                  : group_error::stale_member_epoch;
}

bool consumer_group::subscribes_to(std::string_view topic,
                                   const group_topics& topics) const {
  if (const auto* known = topics.find(topic);
      known != nullptr && subscriptions_.contains(known->id))
    return true;
  // A topic that does not exist (yet), or no heartbeat since the start.
  return std::any_of(members_.begin(), members_.end(), [&](const auto& entry) {
    const auto& names = entry.second.names;
    return std::binary_search(names.begin(), names.end(), topic);
  });
}

consumer_group_description
consumer_group::describe(const group_topics& topics) const {
  consumer_group_description x;
  x.group_id = id_;
  x.state = state();
  x.group_epoch = epoch_;
  x.assignment_epoch = target_epoch_;
  x.assignor_name = to_string(preferred_assignor());
  for (const auto& [id, member] : members_) {
    auto& to = x.members.emplace_back();
    to.member_id = id;
    to.instance_id = member.instance_id;
    to.rack_id = member.rack_id;
    to.member_epoch = member.epoch;
    to.client_id = member.client_id;
    to.client_host = member.client_host;
    to.subscribed_topic_names = member.names;
    if (!member.regex.empty())
      to.subscribed_topic_regex = member.regex;
    to.assignment = described(member.assigned, topics);
    to.target_assignment = described(member.target, topics);
  }
  return x;
}

std::vector<consumer_group_record> consumer_group::removal() const {
  ASSERT(members_.empty());
  return {consumer_record_removal{consumer_record_kind::target_epoch, id_, {}},
          consumer_record_removal{consumer_record_kind::group_epoch, id_, {}}};
}

} // namespace troupe::cluster
