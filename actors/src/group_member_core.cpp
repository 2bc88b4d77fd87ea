// SPDX-License-Identifier: Apache-2.0
#include "group_member_core.h"

#include <algorithm>
#include <utility>

namespace troupe::actors {

namespace {

using cluster::group_error;

/// Half of what the coordinator gives is the subscriber's.
constexpr int64_t release_share = 2;
/// What tools show as the address of a member that has none.
constexpr auto client_host = "/in-process";

} // namespace

bool may_pass(group_error error) noexcept {
  switch (error) {
  case group_error::coordinator_not_available:
  case group_error::coordinator_load_in_progress:
  case group_error::not_coordinator:
  case group_error::rebalance_in_progress:
  case group_error::stale_member_epoch:
  case group_error::unreleased_instance_id:
  case group_error::unknown_server_error:
    return true;
  case group_error::none:
  case group_error::offset_metadata_too_large:
  case group_error::illegal_generation:
  case group_error::inconsistent_group_protocol:
  case group_error::invalid_group_id:
  case group_error::unknown_member_id:
  case group_error::invalid_session_timeout:
  case group_error::invalid_request:
  case group_error::non_empty_group:
  case group_error::group_id_not_found:
  case group_error::member_id_required:
  case group_error::group_max_size_reached:
  case group_error::fenced_instance_id:
  case group_error::group_subscribed_to_topic:
  case group_error::fenced_member_epoch:
  case group_error::unsupported_assignor:
  case group_error::invalid_regular_expression:
  case group_error::unsupported_version:
    return false;
  }
  return false;
}

problem
problem_of(group_error error, const std::optional<std::string>& message) {
  if (error == group_error::none)
    return {};
  auto text = message.value_or("the coordinator of the group answered "
                               + std::string(to_string(error)));
  if (error == group_error::not_coordinator)
    return {errc::not_leader, std::move(text)};
  if (may_pass(error))
    return {errc::timed_out, std::move(text)};
  if (error == group_error::unknown_member_id
      || error == group_error::fenced_member_epoch)
    return storage::error{storage::errc::closed, std::move(text)};
  if (error == group_error::group_max_size_reached)
    return storage::error{storage::errc::busy, std::move(text)};
  return storage::error{storage::errc::invalid_argument, std::move(text)};
}

group_member_core::group_member_core(const consumer_group_options& options,
                                     std::string member_id, int64_t retry_ms)
    : options_(options), member_id_(std::move(member_id)), retry_ms_(retry_ms) {
}

std::optional<cluster::consumer_heartbeat_request>
group_member_core::next_heartbeat(int64_t now_ms) {
  bool due = now_ms >= due_ms_ || (owned_changed_ && !tell_all_);
  if (in_flight_ || !due)
    return std::nullopt;
  cluster::consumer_heartbeat_request x;
  x.group_id = options_.group_id;
  x.member_id = member_id_;
  x.member_epoch = epoch_;
  x.client_id = options_.client_id;
  x.client_host = client_host;
  if (tell_all_) {
    x.rebalance_timeout_ms =
        static_cast<int32_t>(options_.rebalance_timeout.count());
    x.subscribed_topic_names = options_.topics;
  }
  if (tell_all_ || owned_changed_)
    x.topic_partitions = owned_;
  tell_all_ = false;
  owned_changed_ = false;
  in_flight_ = true;
  due_ms_ = now_ms + call_timeout_ms;
  return x;
}

group_member_core::standing
group_member_core::answered(const cluster::consumer_heartbeat_answer& x,
                            int64_t now_ms) {
  // One that was given up.
  if (!in_flight_)
    return standing::as_before;
  in_flight_ = false;
  if (x.error == group_error::none) {
    epoch_ = x.member_epoch;
    interval_ms_ = x.heartbeat_interval_ms;
    due_ms_ = now_ms + interval_ms_;
    if (x.assignment)
      target_ = *x.assignment;
    return standing::as_before;
  }
  if (x.error == group_error::unknown_member_id
      || x.error == group_error::fenced_member_epoch
      || x.error == group_error::stale_member_epoch)
    return lose(now_ms);
  if (may_pass(x.error)) {
    retry(now_ms);
    return standing::as_before;
  }
  why_ = problem_of(x.error, x.error_message);
  return standing::over;
}

group_member_core::standing group_member_core::lose(int64_t now_ms) {
  // Who is refused twice in a row must not be so as fast as it can ask.
  bool was_member = epoch_ != cluster::joining_epoch;
  retry(now_ms);
  if (was_member)
    due_ms_ = now_ms;
  epoch_ = cluster::joining_epoch;
  target_.clear();
  owned_.clear();
  leaving_.clear();
  revoked_.clear();
  step_ = handover::settled;
  return standing::lost;
}

void group_member_core::retry(int64_t now_ms) noexcept {
  tell_all_ = true;
  due_ms_ = now_ms + retry_ms_;
}

void group_member_core::tick(int64_t now_ms) {
  if (in_flight_ && now_ms >= due_ms_) {
    in_flight_ = false;
    tell_all_ = true;
    due_ms_ = now_ms;
  }
}

const std::string*
group_member_core::named(const storage::uuid& id, const namer& name) {
  // A topic that was deleted must still be given up by its name.
  if (auto i = names_.find(id); i != names_.end())
    return &i->second;
  const auto* found = name(id);
  return found == nullptr ? nullptr : &names_.emplace(id, *found).first->second;
}

group_member_core::partition_list
group_member_core::list(const cluster::partition_assignment& x) const {
  partition_list all;
  for (const auto& [id, partitions] : x)
    for (auto partition : partitions)
      all.push_back({names_.at(id), partition});
  return all;
}

std::optional<group_member_core::change>
group_member_core::next_change(const namer& name, int64_t now_ms) {
  if (step_ != handover::settled)
    return std::nullopt;
  leaving_ = cluster::without(owned_, target_);
  if (!leaving_.empty()) {
    step_ = handover::releasing;
    release_due_ms_ =
        now_ms + options_.rebalance_timeout.count() / release_share;
    revoked_ = list(leaving_);
    return change{++round_, revoked_, {}};
  }
  auto fresh = cluster::without(target_, owned_);
  std::erase_if(fresh,
                [&](const auto& x) { return named(x.first, name) == nullptr; });
  if (fresh.empty())
    return std::nullopt;
  owned_ = cluster::merged(owned_, fresh);
  owned_changed_ = true;
  return change{round_, {}, list(fresh)};
}

bool group_member_core::released(uint64_t round) noexcept {
  if (step_ != handover::releasing || round != round_)
    return false;
  step_ = handover::committing;
  return true;
}

bool group_member_core::release_overdue(int64_t now_ms) noexcept {
  return step_ == handover::releasing && now_ms >= release_due_ms_
         && released(round_);
}

void group_member_core::gave_up() noexcept {
  if (step_ != handover::committing)
    return;
  owned_ = cluster::without(owned_, leaving_);
  leaving_.clear();
  revoked_.clear();
  owned_changed_ = true;
  step_ = handover::settled;
}

bool group_member_core::owns(const storage::topic_partition& x) const {
  return std::ranges::any_of(owned_, [&](const auto& entry) {
    return names_.at(entry.first) == x.topic
           && std::ranges::binary_search(entry.second, x.partition);
  });
}

group_member_core::partition_list group_member_core::owned() const {
  return list(owned_);
}

std::optional<cluster::consumer_heartbeat_request>
group_member_core::farewell() {
  if (epoch_ == cluster::joining_epoch)
    return std::nullopt;
  cluster::consumer_heartbeat_request x;
  x.group_id = options_.group_id;
  x.member_id = member_id_;
  x.member_epoch = cluster::leaving_epoch;
  x.client_id = options_.client_id;
  x.client_host = client_host;
  epoch_ = cluster::joining_epoch;
  return x;
}

int64_t group_member_core::wake_at_ms() const noexcept {
  return step_ == handover::releasing ? std::min(due_ms_, release_due_ms_)
                                      : due_ms_;
}

} // namespace troupe::actors
