// SPDX-License-Identifier: Apache-2.0
#include <classic_group.h>
#include <group_refusals.h>
#include <troupe/storage/assert.h>

#include <utility>

namespace troupe::cluster {

void classic_group::count_protocols(const classic_member& x) {
  subscription_bytes_ += subscription_bytes(x.protocols);
  for (const auto& protocol : x.protocols)
    ++offers_[protocol.name];
}

void classic_group::discount_protocols(const classic_member& x) {
  subscription_bytes_ -= subscription_bytes(x.protocols);
  for (const auto& protocol : x.protocols) {
    auto offer = offers_.find(protocol.name);
    ASSERT(offer != offers_.end());
    if (--offer->second == 0)
      offers_.erase(offer);
  }
}

void classic_group::insert(const std::string& member_id, classic_member x) {
  if (x.group_instance_id)
    static_members_[*x.group_instance_id] = member_id;
  if (!leader_)
    leader_ = member_id;
  count_protocols(x);
  auto [place, inserted] = members_.emplace(member_id, std::move(x));
  ASSERT(inserted);
}

void classic_group::park_join(member_map::iterator x, uint64_t ticket,
                              group_effects& out) {
  // A second JoinGroup of the same member: the connection of the first one is
  // most likely gone, else it tells the client to come again.
  if (x->second.join)
    answer_join(x->second,
                refuse_join(group_error::rebalance_in_progress, x->first), out);
  x->second.join = parked_call{ticket};
  ++joined_count_;
}

void classic_group::park_sync(member_map::iterator x, uint64_t ticket,
                              group_effects& out) {
  if (x->second.sync)
    answer_sync(x->second, refuse_sync(group_error::rebalance_in_progress),
                out);
  x->second.sync = parked_call{ticket};
}

void classic_group::answer_join(classic_member& x, join_answer answer,
                                group_effects& out) {
  if (!x.join)
    return;
  if (!x.join->forgotten)
    out.answers.push_back({x.join->ticket, std::move(answer)});
  x.join.reset();
  ASSERT(joined_count_ > 0);
  --joined_count_;
}

void classic_group::answer_sync(classic_member& x, sync_answer answer,
                                group_effects& out) {
  if (!x.sync)
    return;
  if (!x.sync->forgotten)
    out.answers.push_back({x.sync->ticket, std::move(answer)});
  x.sync.reset();
}

void classic_group::erase(member_map::iterator x, group_effects& effects) {
  auto& [id, member] = *x;
  // No id: the client must ask for a new one.
  answer_join(member, refuse_join(group_error::unknown_member_id, {}), effects);
  answer_sync(member, refuse_sync(group_error::unknown_member_id), effects);
  clear_sync_debt(member);
  discount_protocols(member);
  if (member.group_instance_id) {
    auto known = static_members_.find(*member.group_instance_id);
    if (known != static_members_.end() && known->second == id)
      static_members_.erase(known);
  }
  bool was_leader = leader_ == id;
  members_.erase(x);
  if (!was_leader)
    return;
  leader_.reset();
  if (!members_.empty())
    leader_ = members_.begin()->first;
}

void classic_group::remove(member_map::iterator x, group_time now,
                           group_effects& effects) {
  erase(x, effects);
  rebalance(now, effects);
}

bool classic_group::drop_pending(const std::string& member_id) {
  return pending_.erase(member_id) > 0;
}

group_error
classic_group::heartbeat(const heartbeat_request& x, group_time now) {
  if (auto error = check_member(x.member_id, x.group_instance_id);
      error != group_error::none)
    return error;
  if (x.generation != generation_)
    return group_error::illegal_generation;
  arm_session(members_.find(x.member_id)->second, now);
  // While the leader computes, members have nothing to do but wait: telling
  // them to rejoin then would never let a slow assignor finish.
  return state_ == group_state::preparing_rebalance
             ? group_error::rebalance_in_progress
             : group_error::none;
}

group_error classic_group::leave_one(const leave_request::member& x,
                                     group_time now, group_effects& effects) {
  if (x.member_id.empty()) {
    if (!x.group_instance_id)
      return group_error::unknown_member_id;
    auto known = static_members_.find(*x.group_instance_id);
    if (known == static_members_.end())
      return group_error::unknown_member_id;
    remove(members_.find(known->second), now, effects);
    return group_error::none;
  }
  if (drop_pending(x.member_id)) {
    maybe_end_join(now, effects);
    return group_error::none;
  }
  if (auto error = check_member(x.member_id, x.group_instance_id);
      error != group_error::none)
    return error;
  remove(members_.find(x.member_id), now, effects);
  return group_error::none;
}

leave_answer classic_group::leave(const leave_request& x, group_time now,
                                  group_effects& effects) {
  leave_answer answer;
  for (const auto& member : x.members)
    answer.members.push_back({member.member_id, member.group_instance_id,
                              leave_one(member, now, effects)});
  return answer;
}

void classic_group::forget(uint64_t ticket, group_time now,
                           group_effects& effects) {
  for (auto x = members_.begin(); x != members_.end(); ++x) {
    auto& member = x->second;
    if (member.sync && member.sync->ticket == ticket)
      member.sync->forgotten = true;
    if (!member.join || member.join->ticket != ticket)
      continue;
    member.join->forgotten = true;
    // Nobody else knows this id, so nobody will ever come back for it.
    if (!member.knows_id && !member.is_static())
      remove(x, now, effects);
    return;
  }
}

void classic_group::resign(group_error error, group_effects& effects) {
  for (auto& [id, member] : members_) {
    answer_join(member, refuse_join(error, id), effects);
    answer_sync(member, refuse_sync(error), effects);
  }
}

} // namespace troupe::cluster
