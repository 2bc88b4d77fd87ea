// SPDX-License-Identifier: Apache-2.0
// How a group with members changes its protocol (KIP-848, "online migration"):
//
//               a consumer joins
//     classic ────────────────────► consumer group with members of both
//        ▲                                │
//        └────────────────────────────────┘
//         the last consumer is gone, classic members are left
//
// The one slot hands its members over to the other, in one batch of records.
#include <consumer_protocol.h>
#include <group_slot.h>
#include <troupe/cluster/group_coordinator.h>

#include <iterator>
#include <utility>

namespace troupe::cluster {

bool group_coordinator::may_upgrade(const group_slot& x) const {
  const auto& classic = *x.classic();
  return allows_upgrade(config_.consumer.migration_policy)
         && classic.protocol_type() == consumer_protocol_type;
}

consumer_heartbeat_answer
group_coordinator::upgrade(const group_slot& from, group_slot& to,
                           group_time now, std::vector<group_record>& records) {
  std::vector<consumer_group_record> made;
  auto refusal =
      to.consumer()->adopt(from.classic()->hand_over(), *topics_, now, made);
  records.insert(records.end(), std::make_move_iterator(made.begin()),
                 std::make_move_iterator(made.end()));
  return refusal;
}

void group_coordinator::finish_consumer(group_map::iterator x, group_time now,
                                        group_effects& effects) {
  for (auto& record : x->second->consumer()->tick(now))
    effects.records.emplace_back(std::move(record));
  downgrade_if_due(x, now, effects);
}

void group_coordinator::downgrade_if_due(group_map::iterator x, group_time now,
                                         group_effects& effects) {
  const auto& consumer = *x->second->consumer();
  if (!consumer.only_classic()
      || !allows_downgrade(config_.consumer.migration_policy)
      || consumer.member_count() > config_.members_per_group_max)
    return;
  auto members = consumer.hand_over(*topics_);
  if (!members)
    return;
  for (auto& record : x->second->removal())
    effects.records.push_back(std::move(record));
  auto made = group_slot::make_classic(x->first, config_);
  made->classic()->adopt(*std::move(members), now, effects);
  replace(x, std::move(made));
}

} // namespace troupe::cluster
