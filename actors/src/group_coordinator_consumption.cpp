// SPDX-License-Identifier: Apache-2.0
// How far groups have come, for those who move records ahead of them. Answered
// from the views, which are kept of every offsets partition that has a replica
// here, whoever leads it.
#include "group_coordinator_actor.h"

#include <troupe/cluster/group_record_codec.h>
#include <troupe/cluster/offsets_partition.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace troupe::actors {

namespace {

/// Groups remembered of one partition.
constexpr size_t groups_max = 1'000;
/// All commits are looked through so often, and in no more than about such a
/// share of the time.
constexpr int64_t look_interval_ms = 5'000;
constexpr int64_t look_share = 20;
constexpr int64_t first_look_ms = 100;
/// In front of a key: its version.
constexpr size_t version_bytes = 2;
/// The length in front of a group's name.
constexpr size_t length_bytes = 2;

std::string to_string(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<cluster::offset_commit>
commit_of(std::string_view key, std::string_view value) {
  auto bytes_of = [](std::string_view x) {
    return std::as_bytes(std::span{x.data(), x.size()});
  };
  auto record = cluster::decode_group_record(bytes_of(key), bytes_of(value));
  if (!record)
    return std::nullopt;
  auto* found = std::get_if<cluster::offset_commit>(&*record);
  return found == nullptr ? std::nullopt : std::optional{std::move(*found)};
}

} // namespace

found_commit group_coordinator_state::on_find_commit(const find_commit& x) {
  found_commit answer;
  if (stopped_)
    return answer;
  if (partitions_.empty())
    follow(*(routes_ = config_.routes->get()));
  auto note = [&](const std::string& group) {
    auto* keeper = keeper_of(group);
    if (keeper != nullptr && keeper->held.replicates)
      answer.offset =
          std::max(answer.offset, committed(*keeper, group, x.partition));
    else
      answer.complete = answer.complete && keeper == nullptr;
  };
  if (!x.group.empty()) {
    note(x.group);
    return answer;
  }
  auto now_ms = config_.now().steady_ms;
  auto [known, first] = consumers_.try_emplace(x.partition);
  known->second.asked = true;
  // Where one comes, others may come with it.
  if (first)
    consumers_due_ms_ = std::min(consumers_due_ms_, now_ms + first_look_ms);
  if (now_ms >= consumers_due_ms_)
    look_for_consumers();
  for (const auto& group : consumers_[x.partition].groups)
    note(group);
  answer.complete =
      answer.complete && std::ranges::all_of(partitions_, [](auto& y) {
        return y->held.replicates;
      });
  return answer;
}

/// Null: there are no offsets partitions yet.
group_coordinator_state::hosted*
group_coordinator_state::keeper_of(const std::string& group) {
  auto count = static_cast<int32_t>(partitions_.size());
  if (count == 0)
    return nullptr;
  auto index = cluster::offsets_partition_for(group, count);
  return partitions_[static_cast<size_t>(index)].get();
}

storage::offset_t
group_coordinator_state::committed(hosted& x, const std::string& group,
                                   const storage::topic_partition& partition) {
  if (x.shard.state() == group_shard::phase::closed)
    return storage::no_offset;
  auto key = to_string(cluster::offset_commit_key(group, partition));
  // A view that fails is found out, and told, by whoever changes it.
  auto value = x.shard.offsets().get(key);
  if (!value || !*value)
    return storage::no_offset;
  auto commit = commit_of(key, **value);
  return commit ? commit->offset : storage::no_offset;
}

void group_coordinator_state::look_for_consumers() {
  auto begin_ms = config_.now().steady_ms;
  std::erase_if(consumers_, [](const auto& x) { return !x.second.asked; });
  for (auto& [partition, x] : consumers_)
    x = {{}, false};
  for (auto& x : partitions_)
    if (x->shard.state() != group_shard::phase::closed)
      look_for_consumers(*x);
  auto end_ms = config_.now().steady_ms;
  consumers_due_ms_ =
      end_ms + std::max(look_interval_ms, (end_ms - begin_ms) * look_share);
}

void group_coordinator_state::look_for_consumers(hosted& x) {
  // What the keys of all commits begin with, and those of a partition end with.
  auto sample =
      to_string(cluster::offset_commit_key({}, storage::topic_partition{}));
  auto prefix = sample.substr(0, version_bytes);
  std::vector<std::pair<std::string, consumers*>> wanted;
  for (auto& [partition, known] : consumers_)
    wanted.emplace_back(to_string(cluster::offset_commit_key({}, partition))
                            .substr(version_bytes + length_bytes),
                        &known);
  auto visit = [&](std::string_view key, std::string_view value) {
    for (auto& [suffix, known] : wanted) {
      if (!key.ends_with(suffix) || known->groups.size() >= groups_max)
        continue;
      if (auto commit = commit_of(key, value))
        known->groups.insert(std::move(commit->group));
    }
    return true;
  };
  // As above.
  static_cast<void>(x.shard.offsets().scan(prefix, visit));
}

} // namespace troupe::actors
