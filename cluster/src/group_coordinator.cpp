// SPDX-License-Identifier: Apache-2.0
#include <group_refusals.h>
#include <group_slot.h>
#include <kafka_fields.h>
#include <troupe/cluster/group_coordinator.h>

#include <algorithm>
#include <utility>

namespace troupe::cluster {

namespace {

template <class Answer>
group_effects
answered(std::string_view group_id, uint64_t ticket, Answer answer) {
  group_effects effects;
  effects.group_id = group_id;
  effects.answers.push_back({ticket, std::move(answer)});
  return effects;
}

bool valid_group_id(std::string_view x) {
  return !x.empty() && x.size() <= text_bytes_max;
}

/// What ends in a record must fit into its fields.
bool recordable(const join_request& x) {
  return x.client_id.size() <= text_bytes_max
         && x.client_host.size() <= text_bytes_max
         && x.protocol_type.size() <= text_bytes_max
         && (!x.group_instance_id
             || x.group_instance_id->size() <= text_bytes_max)
         && std::ranges::all_of(x.protocols, [](const auto& protocol) {
              return protocol.name.size() <= text_bytes_max;
            });
}

group_error check_request(const join_request& x, const group_config& config) {
  if (!valid_group_id(x.group_id))
    return group_error::invalid_group_id;
  if (x.session_timeout_ms < config.session_timeout_min_ms
      || x.session_timeout_ms > config.session_timeout_max_ms)
    return group_error::invalid_session_timeout;
  if (x.protocols.size() > config.protocols_per_member_max
      || subscription_bytes(x.protocols)
             > config.subscription_bytes_per_member_max
      || !recordable(x))
    return group_error::invalid_request;
  return group_error::none;
}

/// A protocol that is named twice is offered once.
void drop_repeated(std::vector<group_protocol>& protocols) {
  for (auto x = protocols.begin(); x != protocols.end();)
    if (std::any_of(protocols.begin(), x,
                    [x](const auto& other) { return other.name == x->name; }))
      x = protocols.erase(x);
    else
      ++x;
}

} // namespace

group_coordinator::group_coordinator(group_config config, uint64_t seed)
    : config_(std::move(config)), random_(seed),
      topics_(std::make_shared<const group_topics>()) {}

group_coordinator::~group_coordinator() = default;

auto group_coordinator::find(std::string_view group_id) -> group_map::iterator {
  return groups_.find(group_id);
}

auto group_coordinator::obtain(const std::string& group_id)
    -> group_map::iterator {
  auto known = groups_.find(group_id);
  if (known != groups_.end() || groups_.size() >= config_.groups_max)
    return known;
  return groups_.emplace(group_id, group_slot::make_classic(group_id, config_))
      .first;
}

void group_coordinator::unindex(group_map::iterator x) {
  auto& indexed_ms = x->second->indexed_ms;
  if (indexed_ms)
    deadlines_.erase({*indexed_ms, x->first});
  indexed_ms.reset();
}

void group_coordinator::settle(group_map::iterator x) {
  auto& group = *x->second;
  if (group.deserted() && !group.persisted()) {
    drop(x);
    return;
  }
  auto check_ms = group.next_check_ms();
  if (group.indexed_ms == check_ms)
    return;
  unindex(x);
  if (check_ms == group_slot::never_ms)
    return;
  deadlines_.emplace(check_ms, x->first);
  group.indexed_ms = check_ms;
}

void group_coordinator::drop(group_map::iterator x) {
  unindex(x);
  groups_.erase(x);
}

void group_coordinator::finish(group_map::iterator x, group_time now,
                               group_effects& effects) {
  // With an initial delay of 0 a generation begins within the call.
  if (auto* classic = x->second->classic())
    classic->tick(now, effects);
  else
    finish_consumer(x, now, effects);
  settle(x);
}

void group_coordinator::load(const group_record& x) {
  // A coordinator that does not come up would help nobody: what is in the log
  // is loaded whatever the bounds say.
  auto classic = [this](const std::string& id) {
    auto& slot = groups_[id];
    if (!slot || !slot->classic())
      slot = group_slot::make_classic(id, config_);
    return slot->classic();
  };
  if (const auto* metadata = std::get_if<group_metadata>(&x)) {
    classic(metadata->group)->load(*metadata);
  } else if (const auto* removal = std::get_if<group_removal>(&x)) {
    if (auto known = find(removal->group);
        known != groups_.end() && known->second->classic())
      drop(known);
  } else if (const auto* commit = std::get_if<offset_commit>(&x)) {
    if (auto known = find(commit->group);
        known == groups_.end() || known->second->classic())
      classic(commit->group)->load_offset();
  } else if (const auto* record = std::get_if<consumer_group_record>(&x)) {
    if (const auto* gone = std::get_if<consumer_record_removal>(record))
      load_consumer_removal(*gone);
    else
      load_consumer(*record);
  }
}

std::vector<group_effects> group_coordinator::loaded(group_time now) {
  std::vector<group_effects> all;
  for (auto x = groups_.begin(); x != groups_.end();) {
    auto next = std::next(x);
    group_effects effects;
    effects.group_id = x->first;
    if (auto* classic = x->second->classic())
      classic->loaded(now, effects);
    else
      x->second->consumer()->loaded(now);
    settle(x);
    if (!effects.empty())
      all.push_back(std::move(effects));
    x = next;
  }
  return all;
}

group_effects
group_coordinator::join(uint64_t ticket, join_request x, group_time now) {
  auto id = x.group_id;
  auto refuse = [&](group_error error) {
    return answered(id, ticket, refuse_join(error, std::move(x.member_id)));
  };
  if (auto error = check_request(x, config_); error != group_error::none)
    return refuse(error);
  drop_repeated(x.protocols);
  // v0 has no rebalance timeout; none at all would expire while it begins.
  if (x.rebalance_timeout_ms <= 0)
    x.rebalance_timeout_ms = x.session_timeout_ms;
  auto group = x.member_id.empty() ? obtain(id) : find(id);
  if (group == groups_.end())
    return refuse(x.member_id.empty() ? group_error::coordinator_not_available
                                      : group_error::unknown_member_id);
  if (group->second->consumer())
    return join_as_classic(ticket, std::move(x), group, now);
  group_effects effects;
  effects.group_id = std::move(id);
  group->second->classic()->join(ticket, std::move(x), now, random_, effects);
  finish(group, now, effects);
  return effects;
}

group_effects
group_coordinator::sync(uint64_t ticket, sync_request x, group_time now) {
  auto group = find(x.group_id);
  if (group == groups_.end())
    return answered(x.group_id, ticket,
                    refuse_sync(x.group_id.empty()
                                    ? group_error::invalid_group_id
                                    : group_error::unknown_member_id));
  group_effects effects;
  effects.group_id = group->first;
  group->second->sync(ticket, std::move(x), *topics_, now, effects);
  finish(group, now, effects);
  return effects;
}

group_effects group_coordinator::heartbeat(uint64_t ticket,
                                           const heartbeat_request& x,
                                           group_time now) {
  auto group = find(x.group_id);
  if (group == groups_.end())
    return answered(x.group_id, ticket,
                    heartbeat_answer{x.group_id.empty()
                                         ? group_error::invalid_group_id
                                         : group_error::unknown_member_id});
  group_effects effects;
  effects.group_id = group->first;
  auto error = group->second->heartbeat(x, *topics_, now, effects);
  effects.answers.push_back({ticket, heartbeat_answer{error}});
  finish(group, now, effects);
  return effects;
}

group_effects group_coordinator::leave(uint64_t ticket, const leave_request& x,
                                       group_time now) {
  if (x.group_id.empty())
    return answered(x.group_id, ticket,
                    leave_answer{group_error::invalid_group_id, {}});
  auto group = find(x.group_id);
  group_effects effects;
  effects.group_id = x.group_id;
  leave_answer answer;
  if (group == groups_.end())
    for (const auto& member : x.members)
      answer.members.push_back({member.member_id, member.group_instance_id,
                                group_error::unknown_member_id});
  else
    answer = group->second->leave(x, now, effects);
  effects.answers.push_back({ticket, std::move(answer)});
  if (group != groups_.end())
    finish(group, now, effects);
  return effects;
}

group_effects group_coordinator::forget(std::string_view group_id,
                                        uint64_t ticket, group_time now) {
  group_effects effects;
  effects.group_id = group_id;
  auto group = find(group_id);
  // Nothing is ever parked in a consumer group.
  if (group == groups_.end() || !group->second->classic())
    return effects;
  group->second->classic()->forget(ticket, now, effects);
  finish(group, now, effects);
  return effects;
}

std::vector<group_effects> group_coordinator::tick(group_time now) {
  // Each once: what becomes due meanwhile has its turn with the next call.
  std::vector<group_map::iterator> due;
  for (const auto& [time_ms, id] : deadlines_) {
    if (time_ms > now.steady_ms)
      break;
    due.push_back(find(id));
  }
  std::vector<group_effects> all;
  for (auto x : due) {
    group_effects effects;
    effects.group_id = x->first;
    finish(x, now, effects);
    if (!effects.empty())
      all.push_back(std::move(effects));
  }
  return all;
}

std::optional<int64_t> group_coordinator::next_deadline_ms() const {
  if (deadlines_.empty())
    return {};
  return deadlines_.begin()->first;
}

std::vector<group_answer> group_coordinator::resign(group_error error) {
  group_effects effects;
  for (auto& [id, slot] : groups_)
    if (auto* classic = slot->classic())
      classic->resign(error, effects);
  return std::move(effects.answers);
}

} // namespace troupe::cluster
