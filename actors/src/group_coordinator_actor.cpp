// SPDX-License-Identifier: Apache-2.0
#include "group_coordinator_actor.h"

#include "error_map.h"
#include "offsets_topic.h"

#include <troupe/cluster/offsets_partition.h>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace troupe::actors {

namespace {

using cluster::group_error;

/// What whoever waits is told when an append is refused: to look for another
/// coordinator, or to come again.
group_error refusal_of(const problem& x) {
  return to_kafka(x) == kafka::error_code::not_leader_or_follower
             ? group_error::not_coordinator
             : group_error::coordinator_not_available;
}

std::vector<storage::topic_partition>
partitions_of(const std::vector<cluster::offset_commit>& commits) {
  std::vector<storage::topic_partition> xs;
  for (const auto& x : commits)
    xs.push_back(x.partition);
  return xs;
}

} // namespace

listing_coordinator_actor::behavior_type group_coordinator(
    listing_coordinator_actor::stateful_pointer<group_coordinator_state> self,
    group_coordinator_config config) {
  auto& state = self->state;
  state.open(std::move(config));
  return {
      [&state](const append_finished& x) { state.on_append_finished(x); },
      [&state](const read_finished& x) { state.on_read_finished(x); },
      [&state](const records_available& x) { state.on_records_available(x); },
      [&state](join_call& x) { state.on_join(x); },
      [&state](sync_call& x) { state.on_sync(x); },
      [&state](const heartbeat_call& x) { state.on_heartbeat(x); },
      [&state](const leave_call& x) { state.on_leave(x); },
      [&state](consumer_heartbeat_call& x) { state.on_consumer_heartbeat(x); },
      [&state](commit_call& x) { state.on_commit(x); },
      [&state](const fetch_offsets& x) { state.on_fetch_offsets(x); },
      [&state](const delete_offsets_call& x) { state.on_delete_offsets(x); },
      [&state](const delete_group_call& x) { state.on_delete_group(x); },
      [&state](const forget_group_calls& x) { state.on_forget_group_calls(x); },
      [&state](const describe_groups& x) {
        return state.on_describe_groups(x);
      },
      [&state](const describe_consumer_groups& x) {
        return state.on_describe_consumer_groups(x);
      },
      [&state](const list_groups&) { return state.on_list_groups(); },
      [&state](const routing_published&) { state.on_routing_published(); },
      [&state](const group_deadline_due&) { state.on_group_deadline_due(); },
      [&state](const view_update_due&) { state.on_view_update_due(); },
      [&state](const offsets_expiry_due&) { state.on_offsets_expiry_due(); },
      [&state](const expire_some_groups&) { state.on_expire_some_groups(); },
      [&state](const reload_due&) { state.on_reload_due(); },
      [&state](const stop_groups&) { return state.on_stop_groups(); },
      [&state](const list_commits& x) { return state.on_list_commits(x); },
      [&state](const find_commit& x) { return state.on_find_commit(x); },
  };
}

// -- calls --------------------------------------------------------------------

group_error
group_coordinator_state::look_up(const std::string& group_id, hosted** to) {
  if (stopped_)
    return group_error::not_coordinator;
  // The partitions may have been published and the news still be on its way.
  if (partitions_.empty())
    follow(*(routes_ = config_.routes->get()));
  if (partitions_.empty())
    return group_error::coordinator_not_available;
  auto count = static_cast<int32_t>(partitions_.size());
  auto index =
      static_cast<size_t>(cluster::offsets_partition_for(group_id, count));
  auto& x = *partitions_[index];
  if (!x.held.leads)
    return group_error::not_coordinator;
  if (x.held.partition == nullptr)
    return group_error::coordinator_not_available;
  if (x.shard.state() != group_shard::phase::serving)
    return group_error::coordinator_load_in_progress;
  *to = &x;
  return group_error::none;
}

template <class Answer>
void group_coordinator_state::refuse(ticket_t ticket,
                                     const group_client_actor& client,
                                     group_error error) {
  Answer answer;
  answer.error = error;
  self->send(client, group_answered{ticket, {ticket, std::move(answer)}});
}

template <class Answer, class Request, class Decide>
void group_coordinator_state::call(const group_call<Request>& x,
                                   const std::string& group_id, Decide decide) {
  hosted* to = nullptr;
  if (auto error = look_up(group_id, &to); error != group_error::none)
    return refuse<Answer>(x.ticket, x.client, error);
  auto ticket = next_ticket_++;
  tickets_of_client_.emplace(x.client.id(), ticket);
  calls_.emplace(ticket, waiting_call{x.ticket, x.client, group_id});
  to->shard.take(decide(to->shard, ticket));
  settle(*to);
}

void group_coordinator_state::on_join(join_call& x) {
  auto group_id = x.request.group_id;
  call<cluster::join_answer>(x, group_id, [&](auto& shard, auto ticket) {
    return shard.groups().join(ticket, std::move(x.request), config_.now());
  });
}

void group_coordinator_state::on_sync(sync_call& x) {
  auto group_id = x.request.group_id;
  call<cluster::sync_answer>(x, group_id, [&](auto& shard, auto ticket) {
    return shard.groups().sync(ticket, std::move(x.request), config_.now());
  });
}

void group_coordinator_state::on_heartbeat(const heartbeat_call& x) {
  call<cluster::heartbeat_answer>(
      x, x.request.group_id, [&](auto& shard, auto ticket) {
        return shard.groups().heartbeat(ticket, x.request, config_.now());
      });
}

void group_coordinator_state::on_leave(const leave_call& x) {
  call<cluster::leave_answer>(
      x, x.request.group_id, [&](auto& shard, auto ticket) {
        return shard.groups().leave(ticket, x.request, config_.now());
      });
}

void group_coordinator_state::on_consumer_heartbeat(
    consumer_heartbeat_call& x) {
  auto group_id = x.request.group_id;
  call<cluster::consumer_heartbeat_answer>(
      x, group_id, [&](auto& shard, auto ticket) {
        return shard.groups().consumer_heartbeat(ticket, std::move(x.request),
                                                 config_.now());
      });
}

void group_coordinator_state::on_commit(commit_call& x) {
  auto group_id = x.request.group_id;
  call<cluster::commit_answer>(x, group_id, [&](auto& shard, auto ticket) {
    return shard.groups().commit_offsets(ticket, std::move(x.request),
                                         config_.now());
  });
}

void group_coordinator_state::on_delete_offsets(const delete_offsets_call& x) {
  call<cluster::delete_offsets_answer>(
      x, x.request.group_id, [&](auto& shard, auto ticket) {
        return shard.groups().delete_offsets(ticket, x.request.group_id,
                                             x.request.partitions);
      });
}

void group_coordinator_state::on_delete_group(const delete_group_call& x) {
  const auto& group_id = x.request.group_id;
  hosted* to = nullptr;
  if (auto error = look_up(group_id, &to); error != group_error::none)
    return refuse<cluster::delete_group_answer>(x.ticket, x.client, error);
  auto stored = to->shard.stored(group_id);
  if (!stored) {
    refuse<cluster::delete_group_answer>(
        x.ticket, x.client, group_error::coordinator_not_available);
    return fail(*to, stored.error().message);
  }
  call<cluster::delete_group_answer>(
      x, group_id, [&](auto& shard, auto ticket) {
        return shard.groups().delete_group(ticket, group_id,
                                           partitions_of(*stored));
      });
}

void group_coordinator_state::on_forget_group_calls(
    const forget_group_calls& x) {
  auto client = x.client.id();
  auto i = tickets_of_client_.lower_bound({client, 0});
  while (i != tickets_of_client_.end() && i->first == client) {
    auto ticket = i->second;
    i = tickets_of_client_.erase(i);
    auto call = calls_.extract(ticket);
    hosted* to = nullptr;
    const auto& group_id = call.mapped().group_id;
    if (look_up(group_id, &to) != group_error::none)
      continue;
    to->shard.take(to->shard.groups().forget(group_id, ticket, config_.now()));
    settle(*to);
  }
}

// -- what follows from a call -------------------------------------------------

ticket_t group_coordinator_state::take_ticket(hosted& x) {
  x.in_flight = next_ticket_++;
  partition_of_ticket_.emplace(x.in_flight,
                               static_cast<size_t>(x.shard.name().partition));
  return x.in_flight;
}

auto group_coordinator_state::in_flight(ticket_t ticket) -> hosted* {
  auto index = partition_of_ticket_.extract(ticket);
  if (index.empty() || index.mapped() >= partitions_.size())
    return nullptr;
  auto& x = *partitions_[index.mapped()];
  if (x.in_flight != ticket)
    return nullptr;
  x.in_flight = 0;
  return &x;
}

void group_coordinator_state::settle(hosted& x) {
  auto& shard = x.shard;
  auto now = config_.now();
  if (auto batch = shard.next_batch(now.wall_ms)) {
    constexpr int16_t all_replicas = -1;
    self->send(
        x.held.partition,
        append_records{take_ticket(x), std::move(*batch), all_replicas, self});
    wait_for_append(x);
  }
  for (auto& answer : shard.answers()) {
    auto call = calls_.extract(answer.ticket);
    if (call.empty())
      continue;
    auto& waiting = call.mapped();
    tickets_of_client_.erase({waiting.client.id(), answer.ticket});
    answer.ticket = waiting.client_ticket;
    self->send(waiting.client,
               group_answered{waiting.client_ticket, std::move(answer)});
  }
  if (shard.state() == group_shard::phase::serving)
    if (auto deadline = shard.groups().next_deadline_ms())
      arm(*deadline);
}

void group_coordinator_state::on_append_finished(const append_finished& x) {
  auto* to = in_flight(x.ticket);
  if (to == nullptr)
    return;
  to->append_deadline_ms.reset();
  if (!x.why.ok())
    return fail(*to, x.why.message, refusal_of(x.why));
  // An append of before the last reload may have ended in the log after all,
  // where the reload did not see it yet.
  if (x.info.base_offset != to->shard.next_offset())
    return fail(*to, "the log holds records that were not loaded");
  to->reload_pause.succeeded();
  to->shard.appended(x.info.next_offset);
  if (to->shard.offsets().full()) {
    if (auto done = to->shard.offsets().update(); !done)
      return fail(*to, done.error().message);
  }
  arm_view_update();
  settle(*to);
}

// -- the end ------------------------------------------------------------------

groups_stopped group_coordinator_state::on_stop_groups() {
  problem why;
  for (auto& x : partitions_) {
    if (x->shard.state() != group_shard::phase::closed) {
      if (auto done = x->shard.offsets().update(); !done)
        why = problem{done.error()};
    }
    resign(*x);
  }
  stopped_ = true;
  if (auto done = config_.view->flush(); !done)
    why = problem{done.error()};
  return {why};
}

} // namespace troupe::actors
