// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/group_chaos.h>

namespace troupe::cluster::test {

namespace {

group_config random_config(std::mt19937_64& random) {
  group_config x;
  x.initial_rebalance_delay_ms = static_cast<int32_t>(random() % 4) * 1000;
  return x;
}

} // namespace

group_chaos::group_chaos(uint64_t seed)
    : random_(seed), group_(random_config(random_)) {
  clients_.resize(1 + below(6));
  for (size_t i = 0; i < clients_.size(); ++i) {
    if (below(3) == 0)
      clients_[i].instance_id = "instance" + std::to_string(i);
    clients_[i].knows_member_id_required = below(4) != 0;
  }
}

void group_chaos::step() {
  auto& x = any();
  switch (below(12)) {
  case 0:
    group_.pass(static_cast<int64_t>(below(6000)));
    break;
  case 1:
  case 2:
    group_.pass(static_cast<int64_t>(below(500)));
    break;
  case 3:
    send_commit(x);
    break;
  case 4:
    disconnect(x);
    break;
  case 5:
    if (below(8) == 0)
      die(x);
    break;
  case 6:
    x.alive = true;
    break;
  case 7:
    if (below(8) == 0)
      leave(x);
    break;
  case 8:
    if (below(20) == 0)
      restart();
    break;
  default:
    act(x);
  }
}

void group_chaos::act(client& x) {
  if (!x.alive)
    return;
  switch (x.doing) {
  case phase::away:
    send_join(x);
    break;
  case phase::joining:
    take_join(x);
    break;
  case phase::syncing:
    take_sync(x);
    break;
  case phase::member:
    send_heartbeat(x);
    break;
  }
}

void group_chaos::send_join(client& x) {
  auto request = joiner(x.member_id, {"range", "sticky"});
  request.group_instance_id = x.instance_id;
  request.knows_member_id_required = x.knows_member_id_required;
  request.knows_skip_assignment = x.knows_member_id_required;
  x.doing = phase::joining;
  x.ticket = group_.join(std::move(request));
}

void group_chaos::take_join(client& x) {
  if (group_.waiting(x.ticket))
    return;
  auto answer = group_.joined(x.ticket);
  if (answer.error == group_error::member_id_required) {
    x.member_id = answer.member_id;
    send_join(x);
    return;
  }
  if (answer.error != group_error::none) {
    react(x, answer.error);
    return;
  }
  x.member_id = answer.member_id;
  x.generation = answer.generation;
  send_sync(x, answer);
}

void group_chaos::send_sync(client& x, const join_answer& answer) {
  sync_request request;
  request.group_id = "g";
  request.member_id = x.member_id;
  request.group_instance_id = x.instance_id;
  request.generation = x.generation;
  request.protocol_type = answer.protocol_type;
  request.protocol_name = answer.protocol_name;
  bool assigns = answer.leader == x.member_id && !answer.skip_assignment;
  if (assigns) {
    // Only one member of a generation is asked to assign.
    if (assigned_generation_ != x.generation)
      assigning_.clear();
    CHECK((assigning_.empty() || assigning_ == x.member_id));
    assigned_generation_ = x.generation;
    assigning_ = x.member_id;
    for (const auto& member : answer.members)
      request.assignments.push_back(
          {member.member_id, bytes_of(member.member_id)});
  }
  x.doing = phase::syncing;
  x.ticket = group_.sync(std::move(request));
}

void group_chaos::take_sync(client& x) {
  if (group_.waiting(x.ticket))
    return;
  auto answer = group_.synced(x.ticket);
  if (answer.error != group_error::none) {
    react(x, answer.error);
    return;
  }
  x.doing = phase::member;
  x.assignment = answer.assignment;
  CHECK_FALSE(x.assignment.empty());
  check_alone(x);
}

/// No two consumers work on the same.
void group_chaos::check_alone(const client& x) const {
  for (const auto& other : clients_)
    if (&other != &x && other.alive && other.doing == phase::member
        && other.generation == x.generation)
      CHECK(other.assignment != x.assignment);
}

void group_chaos::send_heartbeat(client& x) {
  auto error = group_.heartbeat(x.member_id, x.generation, x.instance_id);
  if (error != group_error::none)
    react(x, error);
}

void group_chaos::send_commit(client& x) {
  if (!x.alive || x.doing != phase::member)
    return;
  CHECK(group_.commit(x.member_id, x.generation - 1, x.instance_id)
        != group_error::none);
  auto error = group_.commit(x.member_id, x.generation, x.instance_id);
  if (error == group_error::none)
    CHECK(x.generation == group_.generation());
  else
    react(x, error);
}

void group_chaos::react(client& x, group_error error) {
  x.doing = phase::away;
  if (error == group_error::unknown_member_id
      || error == group_error::fenced_instance_id) {
    x.member_id.clear();
    x.generation = -1;
    return;
  }
  INFO("error ", to_string(error));
  CHECK((error == group_error::illegal_generation
         || error == group_error::rebalance_in_progress
         || error == group_error::not_coordinator));
}

void group_chaos::disconnect(client& x) {
  if (x.doing != phase::joining && x.doing != phase::syncing)
    return;
  if (!group_.waiting(x.ticket))
    return;
  group_.forget(x.ticket);
  x.doing = phase::away;
}

/// Comes back, if ever, as a new process.
void group_chaos::die(client& x) {
  disconnect(x);
  x.alive = false;
  x.doing = phase::away;
  x.member_id.clear();
  x.generation = -1;
}

void group_chaos::leave(client& x) {
  if (x.doing != phase::member)
    return;
  group_.leave({{x.member_id, x.instance_id}});
  die(x);
}

void group_chaos::restart() {
  // What was answered is known to the clients before the coordinator goes: a
  // generation that was not recorded will be counted again.
  for (bool moved = true; moved;) {
    moved = false;
    for (auto& x : clients_)
      while (x.alive && x.doing == phase::joining
             && !group_.waiting(x.ticket)) {
        take_join(x);
        moved = true;
      }
  }
  group_.restart();
  assigning_.clear();
}

void group_chaos::heal() {
  for (int second = 0; second < 400; ++second) {
    for (auto& x : clients_)
      act(x);
    group_.pass(1000);
  }
  std::set<opaque_bytes> shares;
  size_t alive_count = 0;
  for (const auto& x : clients_) {
    if (!x.alive)
      continue;
    ++alive_count;
    CHECK(x.doing == phase::member);
    CHECK(x.generation == group_.generation());
    shares.insert(x.assignment);
  }
  CHECK(shares.size() == alive_count);
  auto seen = group_.core().describe("g");
  CHECK(seen.members.size() == alive_count);
  if (alive_count > 0)
    CHECK(seen.state == group_state::stable);
  else
    CHECK(
        (seen.state == group_state::empty || seen.state == group_state::dead));
}

} // namespace troupe::cluster::test
