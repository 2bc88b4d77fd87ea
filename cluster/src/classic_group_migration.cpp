// SPDX-License-Identifier: Apache-2.0
// How a group of consumers changes between the protocols (KIP-848).
#include <classic_group.h>
#include <consumer_protocol.h>
#include <troupe/storage/assert.h>

#include <utility>

namespace troupe::cluster {

migrating_group classic_group::hand_over() const {
  migrating_group x;
  x.generation = generation_;
  for (const auto& [id, member] : members_) {
    // Its client does not know that it is one, and will join anew.
    if (!member.knows_id && !member.is_static())
      continue;
    auto& to = x.members.emplace_back();
    to.member_id = id;
    to.instance_id = member.group_instance_id;
    to.client_id = member.client_id;
    to.client_host = member.client_host;
    to.rebalance_timeout_ms = member.rebalance_timeout_ms;
    to.session_timeout_ms = member.session_timeout_ms;
    to.protocols = member.protocols;
    to.assignment = member.assignment;
  }
  return x;
}

void classic_group::adopt(migrating_group x, group_time now,
                          group_effects& effects) {
  ASSERT(members_.empty());
  ASSERT(!x.members.empty());
  generation_ = x.generation;
  protocol_type_ = consumer_protocol_type;
  for (auto& from : x.members) {
    classic_member member;
    member.group_instance_id = std::move(from.instance_id);
    member.client_id = std::move(from.client_id);
    member.client_host = std::move(from.client_host);
    member.rebalance_timeout_ms = from.rebalance_timeout_ms;
    member.session_timeout_ms = from.session_timeout_ms;
    member.protocols = std::move(from.protocols);
    member.assignment = std::move(from.assignment);
    insert(from.member_id, std::move(member));
  }
  protocol_ = vote();
  for (auto& [id, member] : members_)
    arm_session(member, now);
  become(group_state::stable, now);
  // Nobody leads it: after a crash it comes back with its members and what they
  // have, and lets them join once more.
  auto recorded = record();
  recorded.leader.reset();
  persisted_ = true;
  effects.records.emplace_back(std::move(recorded));
  prepare(now, effects);
}

} // namespace troupe::cluster
