// SPDX-License-Identifier: Apache-2.0
#include <classic_group.h>

#include <algorithm>
#include <utility>

namespace troupe::cluster {

classic_group::classic_group(std::string id, const group_config& config)
    : id_(std::move(id)), config_(&config) {}

void classic_group::load(const group_metadata& x) {
  *this = classic_group{id_, *config_};
  persisted_ = true;
  generation_ = x.generation;
  protocol_type_ = x.protocol_type;
  protocol_ = x.protocol;
  state_timestamp_ = x.current_state_timestamp;
  for (const auto& member : x.members) {
    if (members_.contains(member.member_id))
      continue;
    classic_member loaded;
    loaded.group_instance_id = member.group_instance_id;
    loaded.client_id = member.client_id;
    loaded.client_host = member.client_host;
    // A record may be damaged or foreign; a timeout of nothing would spin.
    loaded.session_timeout_ms = std::max(member.session_timeout_ms, 1);
    // Below version 1 a record has no rebalance timeout.
    loaded.rebalance_timeout_ms = member.rebalance_timeout_ms > 0
                                      ? member.rebalance_timeout_ms
                                      : loaded.session_timeout_ms;
    loaded.protocols = {{x.protocol.value_or(""), member.subscription}};
    loaded.assignment = member.assignment;
    insert(member.member_id, std::move(loaded));
  }
  if (members_.empty())
    return;
  state_ = group_state::stable;
  if (!protocol_)
    protocol_ = "";
  if (x.leader && members_.contains(*x.leader))
    leader_ = x.leader;
  unled_ = !x.leader;
}

void classic_group::loaded(group_time now, group_effects& effects) {
  for (auto& [id, member] : members_)
    arm_session(member, now);
  // The bound may have been lowered; who comes last is refused. And where
  // nobody led, nobody has assigned what there is.
  if (unled_ || members_.size() > config_->members_per_group_max)
    prepare(now, effects);
  unled_ = false;
}

group_error classic_group::check_member(
    const std::string& member_id,
    const std::optional<std::string>& instance_id) const {
  if (instance_id) {
    auto known = static_members_.find(*instance_id);
    if (known == static_members_.end())
      return group_error::unknown_member_id;
    if (known->second != member_id)
      return group_error::fenced_instance_id;
  }
  return members_.contains(member_id) ? group_error::none
                                      : group_error::unknown_member_id;
}

void classic_group::become(group_state x, group_time now) {
  state_ = x;
  state_timestamp_ = now.wall_ms;
}

group_metadata classic_group::record() const {
  group_metadata x;
  x.group = id_;
  x.protocol_type = protocol_type_;
  x.generation = generation_;
  x.current_state_timestamp = state_timestamp_;
  // Assignments exist in a stable group only; what is recorded before is
  // restored as an empty group, whose members will join anew.
  if (state_ != group_state::stable)
    return x;
  x.protocol = protocol_;
  x.leader = leader_;
  for (const auto& [id, member] : members_) {
    const auto* metadata = member.metadata(*protocol_);
    x.members.push_back(
        {id, member.group_instance_id, member.client_id, member.client_host,
         member.rebalance_timeout_ms, member.session_timeout_ms,
         metadata != nullptr ? *metadata : opaque_bytes{}, member.assignment});
  }
  return x;
}

void classic_group::persist(group_effects& effects) {
  persisted_ = true;
  effects.records.emplace_back(record());
}

std::optional<group_metadata> classic_group::first_record() {
  if (persisted_)
    return {};
  persisted_ = true;
  return record();
}

group_description classic_group::describe() const {
  group_description x;
  x.group_id = id_;
  x.state = state_;
  x.protocol_type = protocol_type_;
  bool stable = state_ == group_state::stable;
  if (stable)
    x.protocol_name = *protocol_;
  for (const auto& [id, member] : members_) {
    group_description::member described{
        id, member.group_instance_id, member.client_id, member.client_host, {},
        {}};
    // Between generations neither tells what anybody does.
    if (stable) {
      if (const auto* metadata = member.metadata(*protocol_))
        described.metadata = *metadata;
      described.assignment = member.assignment;
    }
    x.members.push_back(std::move(described));
  }
  return x;
}

group_listing classic_group::listing() const {
  return {id_, protocol_type_, state_};
}

} // namespace troupe::cluster
