// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/quorum_chaos.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::cluster::test {

namespace {

constexpr int64_t asking_again_ms = 100;
constexpr int64_t healing_ms = 20000;

} // namespace

quorum_chaos::quorum_chaos(uint64_t seed) : random_(seed), cluster_(random_()) {
  count_ = below(4) ? 3 + below(3) : 1 + below(5);
  cluster_.snapshot_every = static_cast<offset_t>(2 + below(30));
  cluster_.config.fetch_bytes_max = static_cast<uint32_t>(1 + below(500));
  cluster_.config.snapshot_chunk_bytes_max =
      static_cast<uint32_t>(1 + below(300));
  auto voters = static_cast<node_id>(below(3) ? count_ : 1 + below(count_));
  cluster_.grow_to(voters);
  for (auto id = voters; id < static_cast<node_id>(count_); ++id)
    cluster_.add(id);
  change_weather();
  // Seeds differ in what happens often: rare things only meet when others are
  // even rarer.
  mishaps_ = {
      {2, [this] { crash(); }},
      {2, [this] { crash_in_election(); }},
      {3, [this] { disturb_new_leader(); }},
      {4, [this] { restart_one(); }},
      {2, [this] { change_weather(); }},
      {2, [this] { change_links(); }},
      {2, [this] { change_voters(any_up()); }},
      {2, [this] { change_leader(); }},
      {1, [this] { cluster_.disk(any()).fail_next(storage::errc::disk_full); }},
      {2, [this] { cluster_.run(below_ms(3000)); }},
      {4, [this] { cluster_.run(below_ms(300)); }},
      {4, [this] { cluster_.run(below_ms(20)); }},
      {8, [this] { propose(); }},
  };
  for (auto& x : mishaps_) {
    x.weight *= below(5);
    weight_of_all_ += x.weight;
  }
  mishaps_.push_back({1, [this] { cluster_.run(below_ms(1000)); }});
  ++weight_of_all_;
}

void quorum_chaos::change_weather() {
  auto& x = cluster_.weather;
  x.lost_permille = below(2) ? below(300) : 0;
  x.doubled_permille = below(2) ? below(300) : 0;
  x.delay_ms_max = below(3) ? below_ms(20) : below_ms(800);
  x.flush_delay_ms_max = below(2) ? below_ms(10) : below_ms(400);
}

node_id quorum_chaos::any_up() {
  std::vector<node_id> leading;
  std::vector<node_id> others;
  for (auto id : cluster_.ids())
    if (cluster_.up(id)) {
      bool leads = cluster_.at(id).role() == quorum_role::leader;
      (leads ? leading : others).push_back(id);
    }
  auto& from =
      leading.empty() || (!others.empty() && below(8) == 0) ? others : leading;
  return from.empty() ? no_node : from[below(from.size())];
}

void quorum_chaos::crash() {
  auto id = below(2) ? any() : any_up();
  if (id == no_node || !cluster_.up(id))
    return;
  cluster_.crash(id);
  if (below(2))
    cluster_.suspect(id);
  if (below(3) == 0)
    cluster_.restart(id);
}

void quorum_chaos::change_voters(node_id lead) {
  if (lead == no_node)
    return;
  auto id = any();
  auto port = static_cast<uint16_t>(9000 + below(3));
  bool grow = below(3) != 0;
  (void)cluster_.ask(lead, [&](quorum& x, quorum_time now) {
    return grow ? x.add_voter({id, "host", port}, now)
                : x.remove_voter(id, now);
  });
}

void quorum_chaos::change_leader() {
  auto lead = any_up();
  if (lead == no_node)
    return;
  switch (below(3)) {
  case 0:
    cluster_.tell(lead, [](quorum& x, quorum_time now) { x.resign(now); });
    break;
  case 1:
    cluster_.suspect(lead);
    break;
  default:
    (void)cluster_.ask(lead, [&](quorum& x, quorum_time now) {
      return x.transfer_leadership(any(), now);
    });
  }
}

void quorum_chaos::change_links() {
  switch (below(4)) {
  case 0:
    cluster_.isolate(any());
    break;
  case 1:
    cluster_.cut(any(), any());
    break;
  default:
    cluster_.mend();
  }
}

/// Ends a node just when it has voted, stood or found a leader; it comes back
/// at once and should remember.
void quorum_chaos::crash_in_election() {
  auto id = any();
  if (!cluster_.up(id))
    return;
  auto epoch = cluster_.at(id).epoch();
  auto role = cluster_.at(id).role();
  cluster_.run_until(
      [&] {
        return cluster_.at(id).epoch() != epoch
               || cluster_.at(id).role() != role;
      },
      below_ms(3000));
  cluster_.run(below_ms(2 + cluster_.weather.delay_ms_max));
  cluster_.crash(id);
  if (below(4))
    cluster_.restart(id);
}

/// The first moments of a leader are when it has most to do wrong.
void quorum_chaos::disturb_new_leader() {
  auto newest = [this] {
    std::pair<leader_epoch_t, node_id> found{-1, no_node};
    for (auto id : cluster_.ids())
      if (cluster_.up(id) && cluster_.at(id).role() == quorum_role::leader)
        found = std::max(found, {cluster_.at(id).epoch(), id});
    return found;
  };
  auto before = newest();
  if (!cluster_.run_until([&] { return newest() > before; }, 5000))
    return;
  auto id = newest().second;
  if (below(2))
    change_voters(id);
  cluster_.run(below_ms(5 + 4 * cluster_.weather.delay_ms_max));
  if (cluster_.up(id))
    cluster_.crash(id);
  restart_one();
}

void quorum_chaos::propose() {
  auto id = any_up();
  if (id != no_node)
    (void)cluster_.propose(id);
}

void quorum_chaos::restart_one() {
  auto id = any();
  if (!cluster_.up(id))
    cluster_.restart(id);
}

void quorum_chaos::step() {
  auto pick = below(weight_of_all_);
  for (auto& x : mishaps_) {
    if (pick < x.weight) {
      x.happen();
      return;
    }
    pick -= x.weight;
  }
}

void quorum_chaos::heal() {
  cluster_.mend();
  cluster_.weather = {};
  for (auto id : cluster_.ids())
    if (!cluster_.up(id))
      cluster_.restart(id);
  if (!cluster_.run_until([this] { return cluster_.leader() != no_node; },
                          healing_ms)) {
    cluster_.violation("no leader after healing");
    return;
  }
  std::optional<size_t> number;
  auto agreed = [&] {
    auto lead = cluster_.leader();
    if (lead != no_node && (!number || cluster_.proposal(*number).forgotten))
      if (auto taken = cluster_.propose(lead))
        number = *taken;
    return number && cluster_.proposal(*number).agreed && cluster_.in_step();
  };
  // Whoever was refused asks again: a quorum of one has no events of its own
  // that would bring the moment.
  for (int64_t waited = 0; waited < healing_ms; waited += asking_again_ms)
    if (cluster_.run_until(agreed, asking_again_ms))
      return;
  std::string state;
  for (auto id : cluster_.ids()) {
    const auto& core = cluster_.at(id);
    state += "; node " + std::to_string(id) + " is "
             + std::string{to_string(core.role())} + " of "
             + std::to_string(core.leader()) + " in epoch "
             + std::to_string(core.epoch()) + ", agreed "
             + std::to_string(core.high_watermark()) + " of "
             + std::to_string(cluster_.disk(id).end_offset());
    for (const auto& voter : cluster_.disk(id).voters())
      state += (voter.id == cluster_.disk(id).voters().front().id ? " voters "
                                                                   : ",")
               + std::to_string(voter.id);
  }
  cluster_.violation("the nodes do not agree after healing" + state);
}

} // namespace troupe::cluster::test
