// SPDX-License-Identifier: Apache-2.0
#include <classic_group.h>
#include <troupe/storage/assert.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <string>
#include <utility>

namespace troupe::cluster {

bool classic_group::all_joined() const noexcept {
  return joined_count_ == members_.size() && pending_.empty();
}

int32_t classic_group::rebalance_timeout_ms() const {
  int32_t longest = 0;
  for (const auto& [id, member] : members_)
    longest = std::max(longest, member.rebalance_timeout_ms);
  return longest;
}

void classic_group::rebalance(group_time now, group_effects& effects) {
  if (state_ == group_state::preparing_rebalance)
    maybe_end_join(now, effects);
  else
    prepare(now, effects);
}

void classic_group::prepare(group_time now, group_effects& effects) {
  ASSERT(state_ != group_state::preparing_rebalance);
  if (state_ == group_state::completing_rebalance)
    refuse_syncs(now, effects);
  sync_end_ms_ = never_ms;
  owed_syncs_ = 0;
  for (auto& [id, member] : members_)
    member.owes_sync = false;
  initial_ = state_ == group_state::empty;
  become(group_state::preparing_rebalance, now);
  if (initial_) {
    int64_t delay_ms = config_->initial_rebalance_delay_ms;
    arrived_during_delay_ = false;
    initial_remaining_ms_ =
        std::max<int64_t>(rebalance_timeout_ms() - delay_ms, 0);
    join_end_ms_ = now.steady_ms + delay_ms;
  } else {
    join_end_ms_ = now.steady_ms + rebalance_timeout_ms();
    maybe_end_join(now, effects);
  }
  check_no_later_than(join_end_ms_);
}

void classic_group::maybe_end_join(group_time now, group_effects& effects) {
  if (state_ == group_state::preparing_rebalance && !initial_ && all_joined())
    end_join(now, effects);
}

/// The leader stays as long as it takes part.
bool classic_group::elect_joined_leader() {
  ASSERT(leader_.has_value());
  auto leader = members_.find(*leader_);
  ASSERT(leader != members_.end());
  if (leader->second.join)
    return true;
  auto joined = std::ranges::find_if(
      members_, [](const auto& x) { return x.second.join.has_value(); });
  if (joined == members_.end())
    return false;
  leader_ = joined->first;
  return true;
}

void classic_group::end_join(group_time now, group_effects& effects) {
  for (auto x = members_.begin(); x != members_.end();) {
    auto next = std::next(x);
    if (!x->second.join && !x->second.is_static())
      erase(x, effects);
    x = next;
  }
  // Only static members are left, and none has come back: wait for the first
  // one, or until their sessions end.
  if (!members_.empty() && !elect_joined_leader()) {
    initial_ = false;
    join_end_ms_ = now.steady_ms + rebalance_timeout_ms();
    check_no_later_than(join_end_ms_);
    return;
  }
  join_end_ms_ = never_ms;
  initial_ = false;
  bool announced = generation_ > 0;
  generation_ =
      generation_ == std::numeric_limits<int32_t>::max() ? 1 : generation_ + 1;
  if (!members_.empty()) {
    begin_generation(now, effects);
    return;
  }
  protocol_.reset();
  become(group_state::empty, now);
  // Where no member was ever told of a generation there is nothing to keep.
  if (announced || persisted_)
    persist(effects);
}

void classic_group::begin_generation(group_time now, group_effects& effects) {
  protocol_ = vote();
  become(group_state::completing_rebalance, now);
  for (auto x = members_.begin(); x != members_.end(); ++x) {
    auto& member = x->second;
    if (member.join)
      answer_join(member, generation_for(x), effects);
    member.is_new = false;
    member.knows_id = true;
    member.owes_sync = true;
    member.assignment.clear();
    arm_session(member, now);
  }
  owed_syncs_ = members_.size();
  sync_end_ms_ = now.steady_ms + rebalance_timeout_ms();
  check_no_later_than(sync_end_ms_);
}

std::string classic_group::vote() const {
  std::map<std::string, size_t> votes;
  for (const auto& [id, member] : members_) {
    auto wanted =
        std::ranges::find_if(member.protocols, [this](const group_protocol& x) {
          return offers_.find(x.name)->second == members_.size();
        });
    // Nobody is let in who would leave the group without a common protocol.
    ASSERT(wanted != member.protocols.end());
    ++votes[wanted->name];
  }
  return std::ranges::max_element(votes, {},
                                  [](const auto& x) { return x.second; })
      ->first;
}

} // namespace troupe::cluster
