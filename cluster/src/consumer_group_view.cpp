// SPDX-License-Identifier: Apache-2.0
#include <consumer_group.h>

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
    to.speaks_classic = member.classic.has_value();
    to.assignment = described(member.assigned, topics);
    to.target_assignment = described(member.target, topics);
  }
  return x;
}

std::vector<consumer_group_record> consumer_group::removal() const {
  group_records records;
  for (const auto& [id, member] : members_)
    entomb(id, records);
  using enum consumer_record_kind;
  records.push_back(consumer_record_removal{target_epoch, id_, {}});
  records.push_back(consumer_record_removal{group_epoch, id_, {}});
  return records;
}

} // namespace troupe::cluster
