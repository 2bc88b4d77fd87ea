// SPDX-License-Identifier: Apache-2.0
#include <classic_group.h>
#include <group_refusals.h>
#include <member_id.h>
#include <troupe/storage/assert.h>

#include <algorithm>
#include <utility>

namespace troupe::cluster {

bool classic_group::accepts(const join_request& x) const {
  auto known = members_.find(x.member_id);
  // A static member that returns takes its own place.
  if (x.member_id.empty() && x.group_instance_id)
    if (auto i = static_members_.find(*x.group_instance_id);
        i != static_members_.end())
      known = members_.find(i->second);
  if (state_ != group_state::preparing_rebalance)
    return known != members_.end()
           || members_.size() < config_->members_per_group_max;
  // After the bound was lowered, the first ones that rejoin are kept.
  return (known != members_.end() && known->second.join)
         || joined_count_ < config_->members_per_group_max;
}

bool classic_group::supports(const join_request& x) const {
  if (x.protocols.empty() || x.protocol_type.empty())
    return false;
  if (state_ == group_state::empty)
    return true;
  if (x.protocol_type != protocol_type_)
    return false;
  return std::ranges::any_of(x.protocols, [&](const auto& protocol) {
    auto offer = offers_.find(protocol.name);
    auto count = offer == offers_.end() ? 0 : offer->second;
    return count == members_.size();
  });
}

group_error classic_group::check_join(const join_request& x) const {
  if (!supports(x))
    return group_error::inconsistent_group_protocol;
  auto others = subscription_bytes_;
  if (auto known = members_.find(x.member_id); known != members_.end())
    others -= subscription_bytes(known->second.protocols);
  if (others + subscription_bytes(x.protocols)
      > config_->subscription_bytes_per_group_max)
    return group_error::group_max_size_reached;
  return group_error::none;
}

void classic_group::join(uint64_t ticket, join_request x, group_time now,
                         std::mt19937_64& random, group_effects& effects) {
  if (!accepts(x)) {
    effects.answers.push_back(
        {ticket, refuse_join(group_error::group_max_size_reached, {})});
    drop_pending(x.member_id);
    if (auto known = members_.find(x.member_id); known != members_.end())
      remove(known, now, effects);
    else
      maybe_end_join(now, effects);
    return;
  }
  if (auto error = check_join(x); error != group_error::none) {
    effects.answers.push_back({ticket, refuse_join(error, x.member_id)});
    return;
  }
  if (x.member_id.empty())
    join_new(ticket, std::move(x), now, random, effects);
  else
    join_known(ticket, std::move(x), now, effects);
}

void classic_group::join_new(uint64_t ticket, join_request x, group_time now,
                             std::mt19937_64& random, group_effects& effects) {
  auto member_id = make_member_id(
      x.group_instance_id ? *x.group_instance_id : x.client_id, random);
  if (x.group_instance_id) {
    if (static_members_.contains(*x.group_instance_id))
      replace_static(ticket, std::move(member_id), std::move(x), now, effects);
    else
      add(ticket, std::move(member_id), std::move(x), false, now, effects);
    return;
  }
  if (!x.knows_member_id_required) {
    add(ticket, std::move(member_id), std::move(x), false, now, effects);
    return;
  }
  // KIP-394: a client that never comes back with the id was no member, so a
  // retry after a lost answer leaves nobody behind to wait for.
  if (pending_.size() >= config_->pending_members_per_group_max) {
    effects.answers.push_back(
        {ticket, refuse_join(group_error::coordinator_not_available, {})});
    return;
  }
  auto end_ms = now.steady_ms + x.session_timeout_ms;
  pending_.emplace(member_id, end_ms);
  check_no_later_than(end_ms);
  effects.answers.push_back(
      {ticket,
       refuse_join(group_error::member_id_required, std::move(member_id))});
}

void classic_group::join_known(uint64_t ticket, join_request x, group_time now,
                               group_effects& effects) {
  // Only dynamic members were given an id in advance.
  if (pending_.contains(x.member_id) && !x.group_instance_id) {
    auto member_id = x.member_id;
    add(ticket, std::move(member_id), std::move(x), true, now, effects);
    return;
  }
  if (auto error = check_member(x.member_id, x.group_instance_id);
      error != group_error::none) {
    effects.answers.push_back({ticket, refuse_join(error, x.member_id)});
    return;
  }
  auto member = members_.find(x.member_id);
  bool changed = member->second.protocols != x.protocols;
  // The leader rejoins when it wants to assign anew, for instance because a
  // topic got more partitions; its subscription is the same then.
  bool answered_at_once =
      !changed
      && (state_ == group_state::completing_rebalance
          || (state_ == group_state::stable && leader_ != member->first));
  if (answered_at_once) {
    arm_session(member->second, now);
    effects.answers.push_back({ticket, generation_for(member)});
    return;
  }
  update(member, std::move(x));
  park_join(member, ticket, effects);
  rebalance(now, effects);
}

void classic_group::add(uint64_t ticket, std::string member_id, join_request x,
                        bool knows_id, group_time now, group_effects& effects) {
  classic_member member;
  member.group_instance_id = std::move(x.group_instance_id);
  member.client_id = std::move(x.client_id);
  member.client_host = std::move(x.client_host);
  member.rebalance_timeout_ms = x.rebalance_timeout_ms;
  member.session_timeout_ms = x.session_timeout_ms;
  member.protocols = std::move(x.protocols);
  member.is_new = true;
  member.knows_id = knows_id;
  member.session_end_ms = now.steady_ms + config_->new_member_timeout_ms;
  check_no_later_than(member.session_end_ms);
  if (members_.empty())
    protocol_type_ = std::move(x.protocol_type);
  if (state_ == group_state::preparing_rebalance && initial_)
    arrived_during_delay_ = true;
  pending_.erase(member_id);
  insert(member_id, std::move(member));
  park_join(members_.find(member_id), ticket, effects);
  rebalance(now, effects);
}

void classic_group::update(member_map::iterator x, join_request request) {
  auto& member = x->second;
  discount_protocols(member);
  member.protocols = std::move(request.protocols);
  member.rebalance_timeout_ms = request.rebalance_timeout_ms;
  member.session_timeout_ms = request.session_timeout_ms;
  count_protocols(member);
}

void classic_group::replace_static(uint64_t ticket, std::string member_id,
                                   join_request x, group_time now,
                                   group_effects& effects) {
  auto known = static_members_.find(*x.group_instance_id);
  ASSERT(known != static_members_.end());
  auto old = members_.find(known->second);
  ASSERT(old != members_.end());
  answer_join(old->second,
              refuse_join(group_error::fenced_instance_id, old->first),
              effects);
  answer_sync(old->second, refuse_sync(group_error::fenced_instance_id),
              effects);
  auto old_leader = leader_.value_or("");
  if (leader_ == old->first)
    leader_ = member_id;
  known->second = member_id;
  auto node = members_.extract(old);
  node.key() = std::move(member_id);
  auto member = members_.insert(std::move(node)).position;
  member->second.client_id = x.client_id;
  member->second.client_host = x.client_host;
  bool knows_skip_assignment = x.knows_skip_assignment;
  update(member, std::move(x));
  arm_session(member->second, now);
  park_join(member, ticket, effects);
  if (state_ == group_state::stable && vote() == protocol_)
    answer_replaced(member, knows_skip_assignment, std::move(old_leader),
                    effects);
  else
    // Before the assignments came, the leader may have used the old id.
    rebalance(now, effects);
}

void classic_group::answer_replaced(member_map::iterator member,
                                    bool knows_skip_assignment,
                                    std::string old_leader,
                                    group_effects& effects) {
  auto answer = generation_for(member);
  // KIP-814. A client that cannot be told to skip its assignment must not learn
  // that it leads: the id of the one that it was is nobody's.
  if (knows_skip_assignment)
    answer.skip_assignment = leader_ == member->first;
  else {
    answer.leader = std::move(old_leader);
    answer.members.clear();
  }
  answer_join(member->second, std::move(answer), effects);
  persist(effects);
}

join_answer classic_group::generation_for(member_map::const_iterator x) const {
  join_answer answer;
  answer.generation = generation_;
  answer.protocol_type = protocol_type_;
  answer.protocol_name = protocol_;
  answer.leader = leader_.value_or("");
  answer.member_id = x->first;
  if (leader_ != x->first)
    return answer;
  answer.members.reserve(members_.size());
  for (const auto& [id, member] : members_) {
    const auto* metadata = member.metadata(*protocol_);
    answer.members.push_back(
        {id, member.group_instance_id,
         metadata != nullptr ? *metadata : opaque_bytes{}});
  }
  return answer;
}

} // namespace troupe::cluster
