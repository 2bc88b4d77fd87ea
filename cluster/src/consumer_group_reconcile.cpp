// SPDX-License-Identifier: Apache-2.0
// A member on its way to its target:
//
//             the target moved,            all revoked,
//             something must go            nothing to wait for
//     stable ------------------> unrevoked ---------------> stable
//        |                           |                        ^
//        | nothing must go, but      | all revoked, but       |
//        | others have not released  | others have not        |
//        v                           v                        |
//        +-------------------> unreleased --------------------+
//                                             all released
//
// It reaches the target's epoch when it leaves "unrevoked": from then on it
// owns nothing that others are to get.
#include <consumer_group.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace troupe::cluster {

assignor consumer_group::preferred_assignor() const {
  std::map<assignor, size_t> votes;
  for (const auto& [id, member] : members_)
    if (member.wanted_assignor)
      ++votes[*member.wanted_assignor];
  auto most = std::max_element(
      votes.begin(), votes.end(),
      [](const auto& x, const auto& y) { return x.second < y.second; });
  if (most != votes.end())
    return most->first;
  const auto& configured = config_.assignors;
  return configured.empty()
             ? assignor::uniform
             : parse_assignor(configured.front()).value_or(assignor::uniform);
}

void consumer_group::retarget(const group_topics& topics,
                              group_records& records) {
  std::vector<assignor_member> views;
  views.reserve(members_.size());
  for (const auto& [id, member] : members_)
    views.push_back({id,
                     member.instance_id ? std::string_view{*member.instance_id}
                                        : std::string_view{},
                     member.topics, &member.target});
  auto given = assign(preferred_assignor(), views, topics);
  auto next = given.begin();
  for (auto& [id, member] : members_) {
    if (member.target != *next) {
      member.target = std::move(*next);
      records.push_back(consumer_member_target{id_, id, member.target});
    }
    ++next;
  }
  target_epoch_ = epoch_;
  records.push_back(consumer_target_epoch{id_, target_epoch_});
}

bool consumer_group::reconcile(member_entry& entry,
                               const owned_partitions& owned, group_time now,
                               group_records& records) {
  auto& [id, member] = entry;
  if (reconciled(member))
    return false;
  if (member.state == member_state::unrevoked_partitions
      && (!owned || overlap(*owned, member.pending_revocation)))
    return false;
  auto standing = [&member = member] {
    return std::tie(member.epoch, member.previous_epoch, member.state,
                    member.assigned, member.pending_revocation);
  };
  auto before =
      std::make_tuple(member.epoch, member.previous_epoch, member.state,
                      member.assigned, member.pending_revocation);
  advance(entry, owned);
  if (before == standing())
    return false;
  const auto& [epoch, previous_epoch, state, assigned, pending] = before;
  owners_.release(assigned, id);
  owners_.release(pending, id);
  owners_.take(member.assigned, id);
  owners_.take(member.pending_revocation, id);
  record_current(entry, records);
  member.revocation_deadline_ms.reset();
  if (member.state == member_state::unrevoked_partitions)
    member.revocation_deadline_ms = now.steady_ms + member.rebalance_timeout_ms;
  return assigned != member.assigned;
}

void consumer_group::advance(member_entry& entry,
                             const owned_partitions& owned) {
  auto& [id, member] = entry;
  auto kept = common(member.assigned, member.target);
  auto revoked = without(member.assigned, kept);
  auto wanted = without(member.target, kept);
  member.previous_epoch = member.epoch;
  if (!revoked.empty() && (!owned || overlap(*owned, revoked))) {
    member.state = member_state::unrevoked_partitions;
    member.assigned = std::move(kept);
    member.pending_revocation = std::move(revoked);
    return;
  }
  auto released = owners_.free_for(wanted, id);
  member.state = released == wanted ? member_state::stable
                                    : member_state::unreleased_partitions;
  member.assigned = merged(kept, released);
  member.pending_revocation.clear();
  member.epoch = target_epoch_;
}

} // namespace troupe::cluster
