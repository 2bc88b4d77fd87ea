// SPDX-License-Identifier: Apache-2.0
// Members that speak the classic protocol in a group of the new one (KIP-848).
// A JoinGroup is to them what a heartbeat is to the others: it says what the
// member owns. It is never parked: nobody is waited for.
#include <classic_member.h>
#include <consumer_group.h>
#include <consumer_protocol.h>
#include <group_refusals.h>
#include <member_id.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace troupe::cluster {

namespace {

bool offers(const std::vector<group_protocol>& protocols,
            std::string_view name) {
  return std::ranges::any_of(protocols, [name](const auto& protocol) {
    return protocol.name == name;
  });
}

/// Below v5 a client does not say.
bool differs(const std::optional<std::string>& theirs, std::string_view ours) {
  return theirs && *theirs != ours;
}

/// What the member says, in terms of the new protocol. It joins with every
/// call, so nothing that it said before counts.
consumer_heartbeat_request
heartbeat_of(const join_request& x, consumer_subscription subscription) {
  consumer_heartbeat_request request;
  request.group_id = x.group_id;
  request.member_id = x.member_id;
  request.member_epoch = joining_epoch;
  request.instance_id = x.group_instance_id;
  request.rack_id = std::move(subscription.rack_id);
  request.client_id = x.client_id;
  request.client_host = x.client_host;
  request.rebalance_timeout_ms = x.rebalance_timeout_ms;
  request.subscribed_topic_names = std::move(subscription.topics);
  request.subscribed_topic_regex = "";
  request.topic_partitions = std::move(subscription.owned);
  return request;
}

void append(std::vector<group_record>& to,
            std::vector<consumer_group_record> records) {
  to.insert(to.end(), std::make_move_iterator(records.begin()),
            std::make_move_iterator(records.end()));
}

} // namespace

bool consumer_group::shares_protocol(const join_request& x) const {
  return std::ranges::any_of(x.protocols, [&](const auto& protocol) {
    return std::ranges::all_of(members_, [&](const auto& entry) {
      const auto& [id, member] = entry;
      return !member.classic || id == x.member_id
             || offers(member.classic->protocols, protocol.name);
    });
  });
}

group_error
consumer_group::admit_classic(const join_request& x, size_t bytes) const {
  auto known = members_.find(x.member_id);
  const auto* instance =
      x.group_instance_id ? static_member(*x.group_instance_id) : nullptr;
  if (x.group_instance_id && !x.member_id.empty()) {
    if (instance == nullptr)
      return group_error::unknown_member_id;
    if (instance->first != x.member_id)
      return group_error::fenced_instance_id;
  }
  if (known != members_.end() && !known->second.classic)
    return group_error::unknown_member_id;
  if (x.protocol_type != consumer_protocol_type || !shares_protocol(x))
    return group_error::inconsistent_group_protocol;
  bool comes_in = known == members_.end() && instance == nullptr;
  auto others = subscription_bytes_;
  if (known != members_.end())
    others -= known->second.subscription_bytes();
  bool full = comes_in && members_.size() >= config_.members_per_group_max;
  return full || others + bytes > config_.subscription_bytes_per_group_max
             ? group_error::group_max_size_reached
             : group_error::none;
}

void consumer_group::join_classic(uint64_t ticket, join_request x,
                                  const group_topics& topics, group_time now,
                                  std::mt19937_64& random,
                                  group_effects& effects) {
  auto refuse = [&](group_error error) {
    effects.answers.push_back({ticket, refuse_join(error, x.member_id)});
  };
  auto subscription =
      x.protocols.empty()
          ? std::nullopt
          : parse_subscription(x.protocols.front().metadata, topics);
  if (!subscription)
    return refuse(group_error::inconsistent_group_protocol);
  if (auto error = admit_classic(x, subscription_bytes(x.protocols));
      error != group_error::none)
    return refuse(error);
  bool new_member = x.member_id.empty();
  if (new_member)
    x.member_id =
        make_member_id(x.group_instance_id.value_or(x.client_id), random);
  // KIP-394. The id is not kept: who comes with one that we do not know is new.
  if (new_member && x.knows_member_id_required && !x.group_instance_id)
    return refuse(group_error::member_id_required);
  refresh(topics);
  group_records records;
  auto request = heartbeat_of(x, std::move(*subscription));
  auto& entry = enter(request, member_side::classic, records);
  take_in(entry, request,
          classic_member_metadata{x.session_timeout_ms, std::move(x.protocols)},
          topics, now, records);
  auto& [id, member] = entry;
  member.call_deadline_ms = now.steady_ms + member.rebalance_timeout_ms;
  schedule(entry);
  append(effects.records, std::move(records));
  join_answer answer;
  answer.generation = member.epoch;
  answer.protocol_type = consumer_protocol_type;
  answer.protocol_name = member.classic->protocols.front().name;
  answer.member_id = id;
  effects.answers.push_back({ticket, std::move(answer)});
}

group_error consumer_group::check_classic(
    std::string_view member_id,
    const std::optional<std::string>& instance_id) const {
  if (instance_id) {
    const auto* instance = static_member(*instance_id);
    if (instance == nullptr)
      return group_error::unknown_member_id;
    if (instance->first != member_id)
      return group_error::fenced_instance_id;
  }
  return speaks_classic(member_id) ? group_error::none
                                   : group_error::unknown_member_id;
}

group_error consumer_group::check_sync(const sync_request& x) const {
  if (auto error = check_classic(x.member_id, x.group_instance_id);
      error != group_error::none)
    return error;
  const auto& member = members_.find(x.member_id)->second;
  if (x.generation != member.epoch)
    return group_error::illegal_generation;
  if (differs(x.protocol_type, consumer_protocol_type)
      || differs(x.protocol_name, member.classic->protocols.front().name))
    return group_error::inconsistent_group_protocol;
  // Who still has to give something up must learn of that first.
  bool behind = member.epoch < epoch_
                && member.state != member_state::unrevoked_partitions;
  return behind ? group_error::rebalance_in_progress : group_error::none;
}

void consumer_group::sync_classic(uint64_t ticket, const sync_request& x,
                                  const group_topics& topics, group_time now,
                                  group_effects& effects) {
  if (auto error = check_sync(x); error != group_error::none) {
    effects.answers.push_back({ticket, refuse_sync(error)});
    return;
  }
  auto& entry = *members_.find(x.member_id);
  auto& member = entry.second;
  member.session_deadline_ms = now.steady_ms + session_timeout_ms(member);
  member.call_deadline_ms.reset();
  schedule(entry);
  const auto& protocol = member.classic->protocols.front();
  auto subscription = parse_subscription(protocol.metadata, topics);
  sync_answer answer;
  answer.protocol_type = consumer_protocol_type;
  answer.protocol_name = protocol.name;
  answer.assignment =
      encode_assignment(subscription ? subscription->version : int16_t{0},
                        member.assigned, topics);
  effects.answers.push_back({ticket, std::move(answer)});
}

/// The group has moved on, the member is asked to give something up, or all
/// that it waits for is free.
bool consumer_group::must_rejoin(const member_entry& entry) const {
  const auto& [id, member] = entry;
  if (member.epoch < epoch_
      || member.state == member_state::unrevoked_partitions)
    return true;
  if (member.state == member_state::stable)
    return false;
  auto wanted = without(member.target, member.assigned);
  return owners_.free_for(wanted, id) == wanted;
}

group_error consumer_group::heartbeat_classic(const heartbeat_request& x,
                                              const group_topics& topics,
                                              group_time now,
                                              group_effects& effects) {
  if (auto error = check_classic(x.member_id, x.group_instance_id);
      error != group_error::none)
    return error;
  auto& entry = *members_.find(x.member_id);
  auto& member = entry.second;
  if (x.generation != member.epoch)
    return group_error::illegal_generation;
  refresh(topics);
  if (subscriptions_.hash() != metadata_hash_) {
    group_records records;
    bump(records);
    append(effects.records, std::move(records));
  }
  bool rejoins = must_rejoin(entry);
  member.session_deadline_ms = now.steady_ms + session_timeout_ms(member);
  if (rejoins && !member.call_deadline_ms)
    member.call_deadline_ms = now.steady_ms + member.rebalance_timeout_ms;
  schedule(entry);
  return rejoins ? group_error::rebalance_in_progress : group_error::none;
}

consumer_group::member_map::iterator
consumer_group::leaving(const leave_request::member& x, group_error& error) {
  if (!x.group_instance_id) {
    error = check_classic(x.member_id, {});
    return members_.find(x.member_id);
  }
  const auto* instance = static_member(*x.group_instance_id);
  if (instance == nullptr)
    error = group_error::unknown_member_id;
  else if (!x.member_id.empty() && instance->first != x.member_id)
    error = group_error::fenced_instance_id;
  return instance == nullptr ? members_.end() : members_.find(instance->first);
}

leave_answer
consumer_group::remove_members(const leave_request& x, group_effects& effects) {
  leave_answer answer;
  group_records records;
  for (const auto& member : x.members) {
    auto error = group_error::none;
    auto i = leaving(member, error);
    answer.members.push_back(
        {member.member_id, member.group_instance_id, error});
    if (error == group_error::none)
      remove(i, records);
  }
  if (!records.empty())
    bump(records);
  append(effects.records, std::move(records));
  return answer;
}

} // namespace troupe::cluster
