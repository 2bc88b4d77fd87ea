// SPDX-License-Identifier: Apache-2.0
#include <classic_group.h>
#include <group_refusals.h>
#include <troupe/storage/assert.h>

#include <utility>

namespace troupe::cluster {

namespace {

/// Below v5 a client does not say.
bool differs(const std::optional<std::string>& theirs,
             const std::string& ours) {
  return theirs && *theirs != ours;
}

} // namespace

group_error classic_group::check_sync(const sync_request& x) const {
  if (auto error = check_member(x.member_id, x.group_instance_id);
      error != group_error::none)
    return error;
  if (x.generation != generation_)
    return group_error::illegal_generation;
  if (differs(x.protocol_type, protocol_type_)
      || (protocol_ && differs(x.protocol_name, *protocol_)))
    return group_error::inconsistent_group_protocol;
  if (state_ == group_state::preparing_rebalance)
    return group_error::rebalance_in_progress;
  return group_error::none;
}

void classic_group::clear_sync_debt(classic_member& x) {
  if (!x.owes_sync)
    return;
  x.owes_sync = false;
  ASSERT(owed_syncs_ > 0);
  if (--owed_syncs_ == 0)
    sync_end_ms_ = never_ms;
}

sync_answer classic_group::assignment_of(const classic_member& x) const {
  return {group_error::none, protocol_type_, protocol_, x.assignment};
}

/// Gives every member its part of what the leader sent, or nothing.
bool classic_group::assign(sync_request x) {
  size_t sum = 0;
  for (const auto& assignment : x.assignments)
    sum += assignment.bytes.size();
  if (sum > config_->assignment_bytes_per_group_max)
    return false;
  for (auto& [id, member] : members_)
    member.assignment.clear();
  for (auto& assignment : x.assignments)
    if (auto member = members_.find(assignment.member_id);
        member != members_.end())
      member->second.assignment = std::move(assignment.bytes);
  return true;
}

void classic_group::sync(uint64_t ticket, sync_request x, group_time now,
                         group_effects& effects) {
  if (auto error = check_sync(x); error != group_error::none) {
    effects.answers.push_back({ticket, refuse_sync(error)});
    return;
  }
  auto member = members_.find(x.member_id);
  arm_session(member->second, now);
  if (state_ == group_state::stable) {
    clear_sync_debt(member->second);
    effects.answers.push_back({ticket, assignment_of(member->second)});
    return;
  }
  ASSERT(state_ == group_state::completing_rebalance);
  bool leads = leader_ == member->first;
  if (leads && !assign(std::move(x))) {
    effects.answers.push_back(
        {ticket, refuse_sync(group_error::invalid_request)});
    return;
  }
  clear_sync_debt(member->second);
  park_sync(member, ticket, effects);
  if (!leads)
    return;
  become(group_state::stable, now);
  persist(effects);
  for (auto& [id, other] : members_) {
    if (!other.sync)
      continue;
    answer_sync(other, assignment_of(other), effects);
    arm_session(other, now);
  }
}

/// A new rebalance: what the leader would have assigned is void.
void classic_group::refuse_syncs(group_time now, group_effects& effects) {
  for (auto& [id, member] : members_) {
    member.assignment.clear();
    if (!member.sync)
      continue;
    answer_sync(member, refuse_sync(group_error::rebalance_in_progress),
                effects);
    arm_session(member, now);
  }
}

} // namespace troupe::cluster
