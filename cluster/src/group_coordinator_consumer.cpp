// SPDX-License-Identifier: Apache-2.0
// Groups of KIP-848, and how an empty group changes its protocol. One with
// members does so in group_coordinator_migration.cpp.
#include <consumer_group_refusals.h>
#include <group_refusals.h>
#include <group_slot.h>
#include <member_id.h>
#include <quoted.h>
#include <troupe/cluster/group_coordinator.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace troupe::cluster {

namespace {

template <class Record>
void append(std::vector<group_record>& to, std::vector<Record> records) {
  to.insert(to.end(), std::make_move_iterator(records.begin()),
            std::make_move_iterator(records.end()));
}

consumer_heartbeat_answer check_assignor(const consumer_heartbeat_request& x,
                                         const consumer_group_config& config) {
  const auto& allowed = config.assignors;
  if (!x.server_assignor
      || std::ranges::find(allowed, *x.server_assignor) != allowed.end())
    return {};
  return refuse_heartbeat(group_error::unsupported_assignor,
                          "assignor " + quoted(*x.server_assignor)
                              + " is not among group.consumer.assignors");
}

consumer_heartbeat_answer check_request(const consumer_heartbeat_request& x,
                                        const consumer_group_config& config) {
  auto refusal = check_consumer_heartbeat(x);
  return refusal.error == group_error::none ? check_assignor(x, config)
                                            : refusal;
}

consumer_heartbeat_answer no_such_group(std::string_view group_id) {
  return refuse_heartbeat(group_error::group_id_not_found,
                          quoted(group_id) + " is no consumer group");
}

} // namespace

void group_coordinator::know_topics(
    std::shared_ptr<const group_topics> topics) {
  topics_ = std::move(topics);
}

void group_coordinator::load_consumer(const consumer_group_record& x) {
  auto& slot = groups_[group_of(x)];
  if (!slot || !slot->consumer())
    slot = group_slot::make_consumer(group_of(x), config_);
  slot->consumer()->load(x);
}

void group_coordinator::load_consumer_removal(
    const consumer_record_removal& x) {
  auto known = find(x.group);
  if (known == groups_.end() || !known->second->consumer())
    return;
  // A group's own records go last, when no member is left.
  if (x.kind == consumer_record_kind::group_epoch)
    drop(known);
  else
    known->second->consumer()->load(x);
}

group_effects
group_coordinator::consumer_heartbeat(uint64_t ticket,
                                      consumer_heartbeat_request x,
                                      group_time now) {
  group_effects effects;
  effects.group_id = x.group_id;
  auto answer = [&](consumer_heartbeat_answer what) {
    effects.answers.push_back({ticket, std::move(what)});
    return std::move(effects);
  };
  if (x.topic_partitions)
    normalise(*x.topic_partitions);
  if (auto refusal = check_request(x, config_.consumer);
      refusal.error != group_error::none)
    return answer(std::move(refusal));
  if (x.member_id.empty())
    x.member_id = make_member_id(x.client_id, random_);
  auto group = find(x.group_id);
  if (group == groups_.end() || !group->second->consumer())
    return answer(make_consumer_group(group, x, now, effects));
  auto outcome = group->second->consumer()->heartbeat(x, *topics_, now);
  append(effects.records, std::move(outcome.records));
  effects.answers.push_back({ticket, std::move(outcome.answer)});
  finish(group, now, effects);
  return effects;
}

consumer_heartbeat_answer
group_coordinator::make_consumer_group(group_map::iterator group,
                                       const consumer_heartbeat_request& x,
                                       group_time now, group_effects& effects) {
  bool live = group != groups_.end() && !group->second->empty();
  if (x.member_epoch != joining_epoch || (live && !may_upgrade(*group->second)))
    return no_such_group(x.group_id);
  if (group == groups_.end() && groups_.size() >= config_.groups_max)
    return refuse_heartbeat(group_error::coordinator_not_available,
                            "there are as many groups as there may be");
  // The group there is stays until it is known that somebody comes in.
  auto made = group_slot::make_consumer(x.group_id, config_);
  std::vector<group_record> records;
  if (live)
    if (auto refusal = upgrade(*group->second, *made, now, records);
        refusal.error != group_error::none)
      return refusal;
  auto outcome = made->consumer()->heartbeat(x, *topics_, now);
  if (outcome.answer.error != group_error::none)
    return std::move(outcome.answer);
  if (group == groups_.end()) {
    group = groups_.emplace(x.group_id, std::move(made)).first;
  } else {
    append(effects.records, group->second->removal());
    group->second->classic()->resign(group_error::rebalance_in_progress,
                                     effects);
    replace(group, std::move(made));
  }
  append(effects.records, std::move(records));
  append(effects.records, std::move(outcome.records));
  settle(group);
  return std::move(outcome.answer);
}

group_effects
group_coordinator::join_as_classic(uint64_t ticket, join_request x,
                                   group_map::iterator group, group_time now) {
  group_effects effects;
  effects.group_id = group->first;
  auto refuse = [&](group_error error) {
    effects.records.clear();
    effects.answers = {{ticket, refuse_join(error, std::move(x.member_id))}};
    return std::move(effects);
  };
  if (!group->second->empty()) {
    group->second->consumer()->join_classic(ticket, std::move(x), *topics_, now,
                                            random_, effects);
    finish(group, now, effects);
    return effects;
  }
  if (!x.member_id.empty())
    return refuse(group_error::unknown_member_id);
  auto made = group_slot::make_classic(group->first, config_);
  auto& classic = *made->classic();
  // The group may have offsets, so the log must know of it at any time.
  append(effects.records, group->second->removal());
  effects.records.emplace_back(*classic.first_record());
  classic.join(ticket, std::move(x), now, random_, effects);
  if (classic.deserted()) {
    effects.records.clear();
    return effects;
  }
  replace(group, std::move(made));
  finish(group, now, effects);
  return effects;
}

void group_coordinator::replace(group_map::iterator x,
                                std::unique_ptr<group_slot> by) {
  unindex(x);
  x->second = std::move(by);
}

group_error
group_coordinator::check_fetch(std::string_view group_id,
                               const std::optional<std::string>& member_id,
                               int32_t member_epoch) const {
  auto group = groups_.find(group_id);
  if (group == groups_.end() || !group->second->consumer())
    return group_error::none;
  return group->second->consumer()->check_fetch(member_id, member_epoch);
}

consumer_group_description
group_coordinator::consumer_describe(std::string_view group_id) const {
  auto group = groups_.find(group_id);
  if (group != groups_.end() && group->second->consumer())
    return group->second->consumer()->describe(*topics_);
  consumer_group_description unknown;
  unknown.error = group_error::group_id_not_found;
  unknown.group_id = group_id;
  return unknown;
}

} // namespace troupe::cluster
