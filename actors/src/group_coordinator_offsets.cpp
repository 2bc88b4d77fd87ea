// SPDX-License-Identifier: Apache-2.0
#include "group_coordinator_actor.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

using cluster::group_error;

/// Between two of these the coordinator answers whoever waits.
constexpr size_t groups_per_turn = 20;

} // namespace

void group_coordinator_state::open(group_coordinator_config x) {
  config_ = std::move(x);
  random_.seed(config_.seed);
  self->delayed_send(self,
                     std::chrono::milliseconds(
                         config_.broker.offsets_retention_check_interval_ms),
                     offsets_expiry_due{});
  on_routing_published();
}

// -- questions ----------------------------------------------------------------

void group_coordinator_state::on_fetch_offsets(const fetch_offsets& x) {
  offsets_fetched answer;
  answer.ticket = x.ticket;
  for (const auto& query : x.groups)
    answer.groups.push_back(find_offsets(query));
  self->send(x.client, std::move(answer));
}

offsets_found group_coordinator_state::find_offsets(const offsets_query& x) {
  hosted* from = nullptr;
  if (auto error = look_up(x.group_id, &from); error != group_error::none)
    return {error, {}};
  if (auto error = from->shard.groups().check_fetch(x.group_id, x.member_id,
                                                    x.member_epoch);
      error != group_error::none)
    return {error, {}};
  offsets_found found;
  if (!x.partitions) {
    auto all = from->shard.acknowledged(x.group_id);
    if (!all) {
      fail(*from, all.error().message);
      return {group_error::coordinator_not_available, {}};
    }
    found.commits = std::move(*all);
    return found;
  }
  for (const auto& tp : *x.partitions) {
    auto commit = from->shard.find(x.group_id, tp);
    if (!commit) {
      fail(*from, commit.error().message);
      return {group_error::coordinator_not_available, {}};
    }
    if (*commit)
      found.commits.push_back(std::move(**commit));
  }
  return found;
}

groups_described
group_coordinator_state::on_describe_groups(const describe_groups& x) {
  groups_described answer;
  for (const auto& group_id : x.group_ids) {
    hosted* from = nullptr;
    auto error = look_up(group_id, &from);
    if (error == group_error::none) {
      answer.groups.push_back(from->shard.groups().describe(group_id));
    } else {
      cluster::group_description refused;
      refused.error = error;
      refused.group_id = group_id;
      answer.groups.push_back(std::move(refused));
    }
  }
  return answer;
}

consumer_groups_described group_coordinator_state::on_describe_consumer_groups(
    const describe_consumer_groups& x) {
  consumer_groups_described answer;
  for (const auto& group_id : x.group_ids) {
    hosted* from = nullptr;
    auto& found = answer.groups.emplace_back();
    if (auto error = look_up(group_id, &from); error == group_error::none) {
      found = from->shard.groups().consumer_describe(group_id);
    } else {
      found.error = error;
      found.group_id = group_id;
    }
  }
  return answer;
}

groups_listed group_coordinator_state::on_list_groups() {
  groups_listed answer;
  for (auto& x : partitions_) {
    if (x->shard.state() != group_shard::phase::serving) {
      answer.loading |= x->held.leads && x->held.partition != nullptr;
      continue;
    }
    auto listed = x->shard.groups().list();
    std::move(listed.begin(), listed.end(), std::back_inserter(answer.groups));
  }
  return answer;
}

// -- retention ----------------------------------------------------------------

void group_coordinator_state::on_offsets_expiry_due() {
  if (stopped_)
    return;
  begin_expiry();
  self->delayed_send(self,
                     std::chrono::milliseconds(
                         config_.broker.offsets_retention_check_interval_ms),
                     offsets_expiry_due{});
}

void group_coordinator_state::begin_expiry() {
  bool running = !to_expire_.empty();
  to_expire_.clear();
  for (size_t i = 0; i < partitions_.size(); ++i) {
    auto& shard = partitions_[i]->shard;
    if (shard.state() != group_shard::phase::serving)
      continue;
    for (auto& group : shard.groups().list())
      to_expire_.emplace_back(i, std::move(group.group_id));
  }
  if (!running)
    self->send(self, expire_some_groups{});
}

void group_coordinator_state::on_expire_some_groups() {
  for (size_t i = 0; i < groups_per_turn && !to_expire_.empty(); ++i) {
    auto [index, group_id] = std::move(to_expire_.front());
    to_expire_.pop_front();
    if (index < partitions_.size()
        && partitions_[index]->shard.state() == group_shard::phase::serving)
      expire(*partitions_[index], group_id);
  }
  if (to_expire_.empty())
    deleted_topics_.clear();
  else
    self->send(self, expire_some_groups{});
}

void group_coordinator_state::expire(hosted& x, const std::string& group_id) {
  auto stored = x.shard.stored(group_id);
  if (!stored)
    return fail(x, stored.error().message);
  std::vector<storage::topic_partition> gone;
  std::erase_if(*stored, [&](const cluster::offset_commit& y) {
    auto topic = deleted_topics_.find(y.partition.topic);
    bool deleted =
        topic != deleted_topics_.end() && y.commit_timestamp <= topic->second;
    if (deleted)
      gone.push_back(y.partition);
    return deleted;
  });
  if (!gone.empty())
    x.shard.take(x.shard.groups().topics_deleted(group_id, gone));
  x.shard.take(
      x.shard.groups().expire_offsets(group_id, *stored, config_.now()));
  settle(x);
}

} // namespace troupe::actors
