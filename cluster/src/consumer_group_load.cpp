// SPDX-License-Identifier: Apache-2.0
#include <consumer_group.h>

#include <algorithm>

namespace troupe::cluster {

namespace {

/// Takes a record into a member; what belongs to the group is the caller's.
struct member_loader {
  consumer_member& to;

  void operator()(const consumer_member_metadata& x) {
    to.instance_id = x.instance_id;
    to.rack_id = x.rack_id;
    to.client_id = x.client_id;
    to.client_host = x.client_host;
    to.rebalance_timeout_ms = x.rebalance_timeout_ms;
    to.names = x.subscribed_topic_names;
    std::sort(to.names.begin(), to.names.end());
    to.regex = x.subscribed_topic_regex.value_or("");
    to.wanted_assignor =
        x.server_assignor ? parse_assignor(*x.server_assignor) : std::nullopt;
    to.classic = x.classic;
    if (!to.classic)
      return;
    // A record may be foreign: a session of nothing would spin.
    to.classic->session_timeout_ms =
        std::max(to.classic->session_timeout_ms, 1);
    if (to.classic->protocols.empty())
      to.classic->protocols.emplace_back();
  }
  void operator()(const consumer_member_target& x) { to.target = x.partitions; }
  void operator()(const consumer_member_current& x) {
    to.epoch = x.epoch;
    to.previous_epoch = x.previous_epoch;
    to.state = x.state;
    to.assigned = x.assigned;
    to.pending_revocation = x.pending_revocation;
  }
};

} // namespace

void consumer_group::load(const consumer_group_record& x) {
  if (const auto* epoch = std::get_if<consumer_group_epoch>(&x)) {
    epoch_ = epoch->epoch;
    metadata_hash_ = epoch->metadata_hash;
  } else if (const auto* target = std::get_if<consumer_target_epoch>(&x)) {
    target_epoch_ = target->epoch;
  } else if (const auto* said = std::get_if<consumer_member_metadata>(&x)) {
    member_loader{members_[said->member_id]}(*said);
  } else if (const auto* target = std::get_if<consumer_member_target>(&x)) {
    member_loader{members_[target->member_id]}(*target);
  } else if (const auto* current = std::get_if<consumer_member_current>(&x)) {
    member_loader{members_[current->member_id]}(*current);
  } else if (const auto* gone = std::get_if<consumer_record_removal>(&x)) {
    // A member's records go together, and the first to be written goes last.
    // When the member is back before that reached the log, what it said about
    // itself is not removed, the rest is.
    auto i = members_.find(gone->member_id);
    if (i == members_.end())
      return;
    if (gone->kind == consumer_record_kind::member_metadata)
      members_.erase(i);
    else if (gone->kind == consumer_record_kind::member_target)
      i->second.target.clear();
    else if (gone->kind == consumer_record_kind::member_current)
      member_loader{i->second}(consumer_member_current{});
  }
}

void consumer_group::loaded(group_time now) {
  // What never joined has no place here: a rest of a damaged or foreign log.
  std::erase_if(members_, [](const auto& entry) {
    return entry.second.rebalance_timeout_ms < 0;
  });
  for (auto& entry : members_) {
    auto& [id, member] = entry;
    // Two owners of one partition are a contradiction; the first stays.
    member.assigned =
        without(member.assigned, owners_.take(member.assigned, id));
    member.pending_revocation = without(
        member.pending_revocation, owners_.take(member.pending_revocation, id));
    if (member.instance_id)
      instances_[*member.instance_id] = id;
    subscription_bytes_ += member.subscription_bytes();
    if (member.classic)
      ++classic_count_;
    member.session_deadline_ms = now.steady_ms + session_timeout_ms(member);
    if (member.state == member_state::unrevoked_partitions)
      member.revocation_deadline_ms =
          now.steady_ms + member.rebalance_timeout_ms;
    schedule(entry);
  }
}

} // namespace troupe::cluster
