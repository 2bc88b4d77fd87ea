// SPDX-License-Identifier: Apache-2.0
// How a classic group with members becomes one of the new protocol, and back
// (KIP-848). The members go on with what they have: their generation is the
// group's first epoch.
#include <consumer_group.h>
#include <consumer_group_refusals.h>
#include <consumer_protocol.h>
#include <quoted.h>
#include <troupe/storage/assert.h>

#include <algorithm>
#include <utility>

namespace troupe::cluster {

namespace {

consumer_heartbeat_answer
refuse_member(group_error error, const std::string& id, const char* why) {
  return refuse_heartbeat(error, "the group has classic members and cannot "
                                 "change its protocol: "
                                     + quoted(id) + why);
}

/// Fills in what the bytes of the classic protocol say.
consumer_heartbeat_answer read_member(const migrating_group::member& from,
                                      const group_topics& topics,
                                      consumer_member& to) {
  auto subscription =
      from.protocols.empty()
          ? std::nullopt
          : parse_subscription(from.protocols.front().metadata, topics);
  if (!subscription)
    return refuse_member(group_error::group_id_not_found, from.member_id,
                         " has a subscription that is none of a consumer");
  to.names = std::move(subscription->topics);
  to.rack_id = std::move(subscription->rack_id);
  if (from.assignment.empty()) {
    // Between generations nobody has an assignment, but a cooperative member
    // has partitions and said which.
    to.assigned = std::move(subscription->owned);
    return {};
  }
  auto assignment = parse_assignment(from.assignment, topics);
  if (!assignment)
    return refuse_member(group_error::group_id_not_found, from.member_id,
                         " has an assignment that is none of a consumer");
  // What an assignor of their own told its members we cannot tell them.
  if (assignment->has_user_data)
    return refuse_member(group_error::unsupported_version, from.member_id,
                         " uses an assignor of its own");
  to.assigned = std::move(assignment->partitions);
  // It may not know yet that it is to give these up.
  to.pending_revocation = without(subscription->owned, to.assigned);
  if (!to.pending_revocation.empty())
    to.state = member_state::unrevoked_partitions;
  return {};
}

} // namespace

consumer_heartbeat_answer
consumer_group::adopt(const migrating_group& x, const group_topics& topics,
                      group_time now,
                      std::vector<consumer_group_record>& records) {
  ASSERT(members_.empty());
  if (x.members.size() >= config_.members_per_group_max)
    return refuse_heartbeat(group_error::group_max_size_reached,
                            "the group has as many members as it may have");
  for (const auto& from : x.members) {
    consumer_member member;
    if (auto refusal = read_member(from, topics, member);
        refusal.error != group_error::none)
      return refusal;
    std::ranges::sort(member.names);
    auto repeated = std::ranges::unique(member.names);
    member.names.erase(repeated.begin(), repeated.end());
    member.instance_id = from.instance_id;
    member.client_id = from.client_id;
    member.client_host = from.client_host;
    member.rebalance_timeout_ms = from.rebalance_timeout_ms;
    member.classic =
        classic_member_metadata{from.session_timeout_ms, from.protocols};
    member.epoch = x.generation;
    member.previous_epoch = x.generation;
    members_.emplace(from.member_id, std::move(member));
  }
  epoch_ = x.generation;
  target_epoch_ = x.generation;
  loaded(now);
  for (auto& entry : members_) {
    auto& [id, member] = entry;
    member.target = member.assigned;
    record_metadata(entry, records);
    records.push_back(consumer_member_target{id_, id, member.target});
    record_current(entry, records);
  }
  records.push_back(consumer_group_epoch{id_, epoch_, metadata_hash_});
  records.push_back(consumer_target_epoch{id_, target_epoch_});
  return {};
}

std::optional<migrating_group>
consumer_group::hand_over(const group_topics& topics) const {
  ASSERT(only_classic());
  migrating_group x;
  // Nobody ever was at a later epoch, and who is up to date is at this one.
  x.generation = target_epoch_;
  for (const auto& [id, member] : members_) {
    auto& to = x.members.emplace_back();
    to.member_id = id;
    to.instance_id = member.instance_id;
    to.client_id = member.client_id;
    to.client_host = member.client_host;
    to.session_timeout_ms = member.classic->session_timeout_ms;
    to.rebalance_timeout_ms = member.rebalance_timeout_ms > 0
                                  ? member.rebalance_timeout_ms
                                  : to.session_timeout_ms;
    for (const auto& protocol : member.classic->protocols)
      if (std::ranges::find(to.protocols, protocol.name, &group_protocol::name)
          == to.protocols.end())
        to.protocols.push_back(protocol);
    auto subscription =
        parse_subscription(to.protocols.front().metadata, topics);
    to.assignment =
        encode_assignment(subscription ? subscription->version : int16_t{0},
                          member.assigned, topics);
  }
  auto common = [&](const group_protocol& candidate) {
    return std::ranges::all_of(x.members, [&](const auto& member) {
      return std::ranges::find(member.protocols, candidate.name,
                               &group_protocol::name)
             != member.protocols.end();
    });
  };
  if (!std::ranges::any_of(x.members.front().protocols, common))
    return {};
  return x;
}

} // namespace troupe::cluster
