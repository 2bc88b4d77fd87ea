// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/group_migration_chaos.h>

#include <algorithm>
#include <map>
#include <set>

namespace troupe::cluster::test {

namespace {

constexpr int32_t partitions_of_t = 4;

} // namespace

void group_migration_chaos::step() {
  switch (below(12)) {
  case 0:
    add();
    break;
  case 1:
    if (!clients_.empty())
      leave(below(clients_.size()));
    break;
  case 2:
    // It dies: nobody is told.
    if (clients_.size() > 1)
      clients_.pop_back();
    break;
  case 3:
    if (below(8) == 0) {
      group_.come_back();
      break;
    }
    pass();
    break;
  case 4:
    pass();
    break;
  default:
    if (!clients_.empty())
      act(clients_[below(clients_.size())]);
  }
  check();
}

void group_migration_chaos::heal() {
  for (int round = 0; round < 400 && !settled(); ++round) {
    pass();
    check();
  }
  REQUIRE(settled());
}

void group_migration_chaos::add() {
  if (clients_.size() >= 6)
    return;
  auto& x = clients_.emplace_back();
  x.speaks = static_cast<protocol>(below(3));
  if (x.speaks == protocol::consumer)
    x.member_id = "consumer-" + std::to_string(++names_);
  act(x);
}

void group_migration_chaos::leave(size_t index) {
  auto& x = clients_[index];
  // Before an answer came a client does not know where it stands.
  if (x.doing != phase::member)
    return;
  if (x.speaks == protocol::consumer)
    group_.beat(x.member_id, leaving_epoch);
  else
    group_.leave({{x.member_id, {}}});
  clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(index));
}

void group_migration_chaos::act(client& x) {
  if (x.speaks == protocol::consumer)
    act_consumer(x);
  else
    act_classic(x);
}

void group_migration_chaos::act_consumer(client& x) {
  auto request = join_as(x.member_id, {"t"});
  request.member_epoch = std::max(x.epoch, joining_epoch);
  request.topic_partitions = x.owned;
  auto answer = group_.send(std::move(request));
  if (answer.error != group_error::none) {
    x.epoch = joining_epoch;
    x.owned.clear();
    x.doing = phase::away;
    return;
  }
  x.doing = phase::member;
  x.epoch = answer.member_epoch;
  if (answer.assignment)
    x.owned = *answer.assignment;
}

void group_migration_chaos::act_classic(client& x) {
  switch (x.doing) {
  case phase::away:
    return send_join(x);
  case phase::joining:
    return take_join(x);
  case phase::syncing:
    return take_sync(x);
  case phase::member:
    return send_heartbeat(x);
  }
}

void group_migration_chaos::send_join(client& x) {
  if (x.speaks == protocol::eager)
    x.owned.clear();
  auto request = joiner(x.member_id);
  request.protocols[0].metadata = subscription({"t"}, x.owned, group_.topics);
  x.ticket = group_.join(std::move(request));
  x.doing = phase::joining;
}

void group_migration_chaos::take_join(client& x) {
  if (group_.waiting(x.ticket))
    return;
  auto answer = group_.joined(x.ticket);
  if (answer.error == group_error::member_id_required) {
    x.member_id = answer.member_id;
    return send_join(x);
  }
  if (answer.error != group_error::none)
    return react(x, answer.error);
  x.epoch = answer.generation;
  x.doing = phase::syncing;
  bool leads = !answer.leader.empty() && answer.leader == answer.member_id;
  x.ticket = group_.sync(x.member_id, x.epoch,
                         leads ? assign(answer)
                               : std::vector<sync_request::assignment>{});
}

/// As a cooperative leader does: what somebody else still owns is left out.
std::vector<sync_request::assignment>
group_migration_chaos::assign(const join_answer& x) const {
  std::map<int32_t, std::string> owners;
  for (const auto& member : x.members) {
    auto said = parse_subscription(member.metadata, group_.topics);
    REQUIRE(said);
    for (const auto& [topic, partitions] : said->owned)
      for (auto partition : partitions)
        owners[partition] = member.member_id;
  }
  std::map<std::string, partition_assignment> shares;
  for (int32_t i = 0; i < partitions_of_t; ++i) {
    const auto& taker =
        x.members[static_cast<size_t>(i) % x.members.size()].member_id;
    if (!owners.contains(i) || owners[i] == taker)
      shares[taker][id_of("t")].push_back(i);
  }
  std::vector<sync_request::assignment> assignments;
  for (const auto& member : x.members)
    assignments.push_back(
        {member.member_id,
         encode_assignment(1, shares[member.member_id], group_.topics)});
  return assignments;
}

void group_migration_chaos::take_sync(client& x) {
  if (group_.waiting(x.ticket))
    return;
  auto answer = group_.synced(x.ticket);
  if (answer.error != group_error::none)
    return react(x, answer.error);
  auto assigned = group_.assigned(answer);
  bool gave_up = !without(x.owned, assigned).empty();
  x.owned = std::move(assigned);
  x.doing = phase::member;
  // What a cooperative member gives up it tells at once.
  if (gave_up)
    send_join(x);
}

void group_migration_chaos::send_heartbeat(client& x) {
  react(x, group_.heartbeat(x.member_id, x.epoch));
}

void group_migration_chaos::react(client& x, group_error error) {
  if (error == group_error::none)
    return;
  x.doing = phase::away;
  if (error == group_error::unknown_member_id)
    x.member_id.clear();
  if (error != group_error::rebalance_in_progress
      && error != group_error::not_coordinator)
    x.owned.clear();
}

void group_migration_chaos::pass() {
  group_.pass(1000);
  // Nobody alive is ever silent for a session.
  for (auto& x : clients_)
    act(x);
}

void group_migration_chaos::check() {
  std::set<int32_t> taken;
  for (const auto& x : clients_)
    for (const auto& [topic, partitions] : x.owned)
      for (auto partition : partitions)
        REQUIRE(taken.insert(partition).second);
  auto described = group_.described();
  if (described.error != group_error::none)
    ++classic_count_;
  else if (std::ranges::any_of(
               described.members,
               &consumer_group_description::member::speaks_classic))
    ++mixed_count_;
}

bool group_migration_chaos::settled() const {
  size_t owned = 0;
  for (const auto& x : clients_) {
    if (x.doing != phase::member)
      return false;
    owned += partition_count(x.owned);
  }
  return clients_.empty() || owned == partitions_of_t;
}

} // namespace troupe::cluster::test
