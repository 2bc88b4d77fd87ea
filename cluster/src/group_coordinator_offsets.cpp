// SPDX-License-Identifier: Apache-2.0
#include <group_slot.h>
#include <kafka_fields.h>
#include <troupe/cluster/group_coordinator.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::cluster {

namespace {

/// -1 in a request: "as the broker is configured".
constexpr int64_t default_retention_ms = -1;

storage::timestamp_ms expiry_of(int64_t retention_ms, group_time now) {
  if (retention_ms == default_retention_ms)
    return storage::no_timestamp;
  if (retention_ms > std::numeric_limits<int64_t>::max() - now.wall_ms)
    return std::numeric_limits<int64_t>::max();
  return now.wall_ms + std::max<int64_t>(retention_ms, 0);
}

group_error check_offset(const offset_commit& x, const group_config& config) {
  if (x.metadata.size() > config.offset_metadata_bytes_max
      || x.metadata.size() > text_bytes_max)
    return group_error::offset_metadata_too_large;
  if (x.partition.topic.size() > text_bytes_max)
    return group_error::invalid_request;
  return group_error::none;
}

void remove_offsets(std::string_view group_id,
                    std::span<const storage::topic_partition> partitions,
                    group_effects& effects) {
  for (const auto& partition : partitions)
    effects.records.emplace_back(
        offset_removal{std::string{group_id}, partition});
}

group_error
check_commit(group_slot& group, const commit_request& x, group_time now) {
  if (auto* classic = group.classic())
    return classic->check_commit(x, now);
  auto error = group.consumer()->check_commit(x.member_id, x.generation);
  // What older versions call a generation never is an epoch.
  bool has_epoch = !group.empty() && error != group_error::unknown_member_id
                   && !group.consumer()->speaks_classic(x.member_id);
  return has_epoch && !x.knows_member_epoch ? group_error::unsupported_version
                                            : error;
}

/// A topic may only lose offsets that nobody reads with.
std::vector<group_error>
check_unread(const group_slot& group, const group_topics& topics,
             std::span<const storage::topic_partition> partitions) {
  std::optional<std::set<std::string>> subscribed;
  if (const auto* classic = group.classic())
    subscribed = classic->subscribed_topics();
  auto is_read = [&](const std::string& topic) {
    const auto* classic = group.classic();
    return classic ? classic->subscribed(topic, subscribed)
                   : group.consumer()->subscribes_to(topic, topics);
  };
  std::vector<group_error> errors;
  for (const auto& x : partitions)
    errors.push_back(is_read(x.topic) ? group_error::group_subscribed_to_topic
                                      : group_error::none);
  return errors;
}

} // namespace

group_effects group_coordinator::commit_offsets(uint64_t ticket,
                                                commit_request x,
                                                group_time now) {
  group_effects effects;
  effects.group_id = x.group_id;
  commit_answer answer;
  auto group = find(x.group_id);
  // No check for an empty id: old consumers without a group commit under it.
  if (x.group_id.size() > text_bytes_max)
    answer.error = group_error::invalid_group_id;
  else if (group != groups_.end())
    answer.error = check_commit(*group->second, x, now);
  else if (x.generation >= 0)
    // A member of a group that is gone; of which protocol nobody knows.
    answer.error = x.knows_member_epoch ? group_error::group_id_not_found
                                        : group_error::illegal_generation;
  else if (group = obtain(x.group_id); group == groups_.end())
    answer.error = group_error::coordinator_not_available;
  if (answer.error == group_error::none) {
    accept_offsets(*group->second, std::move(x), now, answer, effects);
  }
  effects.answers.push_back({ticket, std::move(answer)});
  if (group != groups_.end())
    finish(group, now, effects);
  return effects;
}

void group_coordinator::accept_offsets(group_slot& group, commit_request x,
                                       group_time now, commit_answer& answer,
                                       group_effects& effects) {
  auto expire_timestamp = expiry_of(x.retention_ms, now);
  answer.partitions.reserve(x.offsets.size());
  effects.records.reserve(x.offsets.size() + 1);
  for (auto& offset : x.offsets) {
    answer.partitions.push_back(check_offset(offset, config_));
    if (answer.partitions.back() != group_error::none)
      continue;
    if (auto* classic = group.classic())
      if (auto first = classic->first_record())
        effects.records.emplace_back(*std::move(first));
    offset.group = effects.group_id;
    offset.expire_timestamp = expire_timestamp;
    if (offset.commit_timestamp == storage::no_timestamp)
      offset.commit_timestamp = now.wall_ms;
    effects.records.emplace_back(std::move(offset));
  }
}

group_effects group_coordinator::delete_offsets(
    uint64_t ticket, std::string_view group_id,
    std::span<const storage::topic_partition> partitions) {
  group_effects effects;
  effects.group_id = group_id;
  delete_offsets_answer answer;
  auto group = find(group_id);
  if (group_id.empty())
    answer.error = group_error::invalid_group_id;
  else if (group == groups_.end())
    answer.error = group_error::group_id_not_found;
  else if (const auto* classic = group->second->classic())
    answer.error = classic->check_delete_offsets();
  if (answer.error == group_error::none) {
    answer.partitions = check_unread(*group->second, *topics_, partitions);
    for (size_t i = 0; i < partitions.size(); ++i)
      if (answer.partitions[i] == group_error::none)
        remove_offsets(group_id, partitions.subspan(i, 1), effects);
  }
  effects.answers.push_back({ticket, std::move(answer)});
  return effects;
}

group_effects group_coordinator::delete_group(
    uint64_t ticket, std::string_view group_id,
    std::span<const storage::topic_partition> stored) {
  group_effects effects;
  effects.group_id = group_id;
  delete_group_answer answer;
  auto group = find(group_id);
  if (group == groups_.end())
    answer.error = group_error::group_id_not_found;
  else if (!group->second->empty())
    answer.error = group_error::non_empty_group;
  else
    remove_group(group, stored, effects);
  effects.answers.push_back({ticket, answer});
  return effects;
}

void group_coordinator::remove_group(
    group_map::iterator x, std::span<const storage::topic_partition> stored,
    group_effects& effects) {
  remove_offsets(x->first, stored, effects);
  for (auto& record : x->second->removal())
    effects.records.push_back(std::move(record));
  drop(x);
}

group_effects
group_coordinator::expire_offsets(std::string_view group_id,
                                  std::span<const offset_commit> stored,
                                  group_time now) {
  group_effects effects;
  effects.group_id = group_id;
  auto group = find(group_id);
  if (group == groups_.end()) {
    // Offsets that nobody can delete by name any more.
    classic_group gone{std::string{group_id}, config_};
    remove_offsets(group_id, gone.expired(stored, now), effects);
    return effects;
  }
  auto expired = group->second->expired(stored, *topics_,
                                        config_.offsets_retention_ms, now);
  if (group->second->deserted() && expired.size() == stored.size())
    remove_group(group, expired, effects);
  else
    remove_offsets(group_id, expired, effects);
  return effects;
}

group_effects group_coordinator::topics_deleted(
    std::string_view group_id,
    std::span<const storage::topic_partition> stored) {
  group_effects effects;
  effects.group_id = group_id;
  remove_offsets(group_id, stored, effects);
  return effects;
}

group_description group_coordinator::describe(std::string_view group_id) const {
  auto group = groups_.find(group_id);
  if (group != groups_.end() && group->second->classic())
    return group->second->classic()->describe();
  group_description unknown;
  unknown.error = group_error::group_id_not_found;
  unknown.group_id = group_id;
  return unknown;
}

std::vector<group_listing> group_coordinator::list() const {
  std::vector<group_listing> x;
  x.reserve(groups_.size());
  for (const auto& [id, slot] : groups_)
    x.push_back(slot->listing());
  return x;
}

} // namespace troupe::cluster
