// SPDX-License-Identifier: Apache-2.0
#include "replication_chaos.h"

#include <algorithm>

namespace troupe::cluster::test {

namespace {

constexpr node_id node_count = 3;
constexpr node_id controller = node_count;
constexpr timestamp_ms fault_time_ms = 20'000;
constexpr timestamp_ms healing_time_ms = 10'000;
constexpr int64_t down_after_ms = 300;

bool contains(const std::vector<node_id>& nodes, node_id x) {
  return std::find(nodes.begin(), nodes.end(), x) != nodes.end();
}

} // namespace

replication_chaos::replication_chaos(uint64_t seed, disk kind)
    : random_(seed), kind_(kind), nodes_(node_count) {
  registration_ = {0, 0, {0, 1, 2}, {0, 1, 2}, 0};
}

void replication_chaos::problem(std::string text) {
  problems.push_back(std::to_string(now_) + " ms: " + std::move(text));
}

void replication_chaos::at(int64_t delay_ms, std::function<void()> what) {
  events_.emplace(now_ + delay_ms, std::move(what));
}

void replication_chaos::send(node_id from, node_id to,
                             std::function<void()> what) {
  if (faults_ && (chance(5) || cut_.contains({from, to})))
    return;
  auto delay = 1 + below(faults_ && chance(5) ? 400 : 8);
  auto life = to == controller ? 0 : of(to).life;
  at(static_cast<int64_t>(delay), [this, to, life, what = std::move(what)] {
    if (to == controller || (of(to).up && of(to).life == life))
      what();
  });
}

void replication_chaos::run() {
  for (node_id id = 0; id < node_count; ++id) {
    of(id).seen.partition_epoch = -1;
    tick(id);
  }
  publish();
  controller_tick();
  fault();
  while (!events_.empty() && now_ < fault_time_ms + healing_time_ms
         && problems.empty()) {
    auto next = events_.extract(events_.begin());
    now_ = next.key();
    if (faults_ && now_ >= fault_time_ms) {
      faults_ = false;
      cut_.clear();
    }
    next.mapped()();
  }
  if (problems.empty())
    check_in_step();
}

void replication_chaos::fault() {
  if (!faults_)
    return;
  auto id = static_cast<node_id>(below(node_count));
  switch (below(6)) {
  case 0:
  case 1:
    crash(id);
    break;
  case 2:
    cut_.insert({id, static_cast<node_id>(below(node_count + 1))});
    break;
  case 3:
    cut_.insert({static_cast<node_id>(below(node_count + 1)), id});
    break;
  case 4:
    cut_.clear();
    break;
  default:
    // A preferred leader, or a controlled shutdown.
    if (of(id).up && contains(registration_.isr, id))
      elect(id);
  }
  at(static_cast<int64_t>(20 + below(400)), [this] { fault(); });
}

void replication_chaos::controller_tick() {
  at(50, [this] { controller_tick(); });
  auto gone = [this](node_id id) {
    return !of(id).up && now_ - of(id).down_since > down_after_ms;
  };
  auto isr = registration_.isr;
  std::erase_if(isr, [&](node_id id) { return gone(id); });
  // The last one stays, or what it has would be forgotten.
  if (!isr.empty() && isr != registration_.isr) {
    registration_.isr = isr;
    ++registration_.partition_epoch;
    ++isr_changes;
    publish();
  }
  auto leads = registration_.leader != no_node && !gone(registration_.leader);
  if (!leads)
    for (auto id : registration_.isr)
      if (of(id).up)
        return elect(id);
}

void replication_chaos::elect(node_id leader) {
  ++elections;
  registration_.leader = leader;
  ++registration_.leader_epoch;
  ++registration_.partition_epoch;
  publish();
}

void replication_chaos::publish() {
  // Images get through, some time; not to a later life of the process, which
  // begins with an image that is no older than what it knew.
  for (node_id id = 0; id < node_count; ++id) {
    if (!of(id).up)
      continue;
    auto late = !faults_ ? 5 : chance(20) ? 2'000 : 100;
    at(static_cast<int64_t>(1 + below(static_cast<uint64_t>(late))),
       [this, id, life = of(id).life, x = registration_] {
         if (of(id).up && of(id).life == life)
           see(id, x);
       });
  }
}

isr_answer replication_chaos::judge(const isr_proposal& x) {
  if (x.leader_epoch != registration_.leader_epoch
      || x.partition_epoch != registration_.partition_epoch)
    return isr_answer::stale;
  for (auto id : x.isr)
    if (!of(id).up && !contains(registration_.isr, id))
      return isr_answer::refused;
  registration_.isr = x.isr;
  ++registration_.partition_epoch;
  ++isr_changes;
  publish();
  return isr_answer::accepted;
}

void replication_chaos::check_logs() {
  for (node_id a = 0; a < node_count; ++a)
    for (node_id b = 0; b < a; ++b) {
      auto shared = [](node& x) {
        auto mark = x.saved_high_watermark;
        if (x.leader() != nullptr)
          mark = x.leader()->high_watermark();
        if (x.follower() != nullptr)
          mark = x.follower()->high_watermark();
        return std::min(mark, x.end());
      };
      auto below_both = std::min(shared(of(a)), shared(of(b)));
      for (offset_t i = 0; i < below_both; ++i)
        if (of(a).log[static_cast<size_t>(i)]
            != of(b).log[static_cast<size_t>(i)])
          return problem("logs differ below the high watermark at "
                         + std::to_string(i));
    }
}

void replication_chaos::check_leader(const node& x) {
  for (size_t i = 0; i < acknowledged_.size(); ++i)
    if (i >= x.log.size() || x.log[i] != acknowledged_[i])
      return problem("a new leader lacks the acknowledged record "
                     + std::to_string(i));
}

void replication_chaos::check_in_step() {
  if (registration_.isr.size() != node_count)
    problem("after healing only " + std::to_string(registration_.isr.size())
            + " replicas are in sync");
  auto* leader = of(registration_.leader).leader();
  if (leader == nullptr)
    return problem("after healing nobody leads");
  check_leader(of(registration_.leader));
  // Appends go on to the last moment: what is on its way is not there yet.
  auto behind = of(registration_.leader).end() - leader->high_watermark();
  if (behind > 100)
    problem("after healing the high watermark is " + std::to_string(behind)
            + " records behind");
  check_logs();
}

} // namespace troupe::cluster::test
