// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/quorum_chaos.h>

#include <utility>

namespace troupe::cluster::test {

namespace {

constexpr int64_t healing_ms = 20000;

} // namespace

quorum_chaos::quorum_chaos(uint64_t seed) : random_(seed), cluster_(random_()) {
  count_ = 1 + below(5);
  cluster_.snapshot_every = static_cast<offset_t>(2 + below(30));
  cluster_.config.fetch_bytes_max = static_cast<uint32_t>(1 + below(500));
  cluster_.config.snapshot_chunk_bytes_max =
      static_cast<uint32_t>(1 + below(300));
  auto voters = static_cast<node_id>(1 + below(count_));
  cluster_.grow_to(voters);
  for (auto id = voters; id < static_cast<node_id>(count_); ++id)
    cluster_.add(id);
  change_weather();
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

void quorum_chaos::change_voters() {
  auto lead = any_up();
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

void quorum_chaos::step() {
  switch (below(24)) {
  case 0:
    crash();
    break;
  case 1:
  case 2: {
    auto id = any();
    if (!cluster_.up(id))
      cluster_.restart(id);
    break;
  }
  case 3:
    change_weather();
    break;
  case 4:
    change_links();
    break;
  case 5:
    change_voters();
    break;
  case 6:
    change_leader();
    break;
  case 7:
    cluster_.disk(any()).fail_next(storage::errc::disk_full);
    break;
  case 8:
    cluster_.run(below_ms(3000));
    break;
  case 9:
  case 10:
    cluster_.run(below_ms(300));
    break;
  case 11:
  case 12:
  case 13:
    cluster_.run(below_ms(10));
    break;
  default: {
    auto id = any_up();
    if (id != no_node)
      (void)cluster_.propose(id);
  }
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
  if (!cluster_.run_until(agreed, healing_ms))
    cluster_.violation("the nodes do not agree after healing");
}

} // namespace troupe::cluster::test
