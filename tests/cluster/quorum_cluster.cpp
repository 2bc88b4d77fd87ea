// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/quorum_cluster.h>

#include <algorithm>
#include <limits>
#include <tuple>

namespace troupe::cluster::test {

namespace {

constexpr int64_t spins_max = 10000;

} // namespace

quorum_cluster::quorum_cluster(uint64_t seed) : random_(seed) {
  config.cluster_id = "cluster";
  make_disk = [this] { return std::make_unique<quorum_disk>(snapshot_every); };
}

quorum_cluster::~quorum_cluster() = default;

void quorum_cluster::add(node_id id) {
  nodes_[id].disk = make_disk();
  restart(id);
}

void quorum_cluster::grow_to(node_id count) {
  for (node_id id = 0; id < count; ++id)
    add(id);
  run_until([this] { return leader() != no_node; }, 5000);
  for (node_id id = 1; id < count; ++id) {
    auto added = [&] {
      auto lead = leader();
      return lead != no_node && ask(lead, [&](quorum& x, quorum_time now) {
                                  return x.add_voter(voter(id), now);
                                }).has_value();
    };
    if (!run_until(added, 10000))
      violation("node " + std::to_string(id) + " did not become a voter");
  }
  if (!run_until([this] { return in_step(); }, 5000))
    violation("the nodes did not get in step");
}

void quorum_cluster::crash(node_id id) {
  auto& x = nodes_.at(id);
  x.core.reset();
  x.disk->crash(random_);
  x.flush_ms.reset();
  x.high_watermark_seen = 0;
  for (const auto& [end, number] : x.waiting)
    proposals_[number].forgotten = true;
  x.waiting.clear();
}

void quorum_cluster::restart(node_id id) {
  auto own = config;
  own.self = id;
  if (id == nodes_.begin()->first)
    own.founder = voter(id);
  auto& x = nodes_.at(id);
  x.core.emplace(std::move(own), *x.disk, random_());
  tell(id, [](quorum& core, quorum_time now) { core.start(now); });
  tell(id, [this](quorum& core, quorum_time now) {
    core.set_contacts(ids(), now);
  });
}

void quorum_cluster::suspect(node_id id) {
  for (const auto& [other, x] : nodes_)
    if (other != id && x.core)
      tell(other,
           [id](quorum& core, quorum_time now) { core.suspect(id, now); });
}

void quorum_cluster::isolate(node_id id) {
  for (const auto& [other, x] : nodes_) {
    cut(id, other);
    cut(other, id);
  }
}

int64_t quorum_cluster::delay(int64_t max_ms) {
  return max_ms <= 0 ? 0
                     : static_cast<int64_t>(
                         random_() % static_cast<uint64_t>(max_ms + 1));
}

int64_t quorum_cluster::next_event_ms() {
  auto next = posted_.empty() ? std::numeric_limits<int64_t>::max()
                              : posted_.top().at_ms;
  for (const auto& [id, x] : nodes_) {
    if (x.core)
      next = std::min(next, x.core->next_deadline_ms());
    if (x.flush_ms)
      next = std::min(next, *x.flush_ms);
  }
  return std::max(next, now_ms_);
}

/// What happens at this moment: a message arrives, a disk is done, or time is
/// up for somebody.
void quorum_cluster::step() {
  if (!posted_.empty() && posted_.top().at_ms <= now_ms_) {
    auto x = posted_.top();
    posted_.pop();
    deliver(x);
    return;
  }
  for (auto& [id, x] : nodes_) {
    if (x.flush_ms && *x.flush_ms <= now_ms_) {
      x.flush_ms.reset();
      tell(id, [](quorum& core, quorum_time now) { core.flush(now); });
      return;
    }
    if (x.core && x.core->next_deadline_ms() <= now_ms_) {
      tell(id, [](quorum& core, quorum_time now) { core.tick(now); });
      return;
    }
  }
}

void quorum_cluster::run(int64_t ms) {
  run_until([] { return false; }, ms);
}

bool quorum_cluster::run_until(const std::function<bool()>& happened,
                               int64_t ms) {
  auto end_ms = now_ms_ + ms;
  while (!happened()) {
    auto next = next_event_ms();
    if (next > end_ms || spins_ > spins_max) {
      now_ms_ = end_ms;
      return happened();
    }
    spins_ = next == now_ms_ ? spins_ + 1 : 0;
    if (spins_ > spins_max)
      violation("something happens again and again without time passing");
    now_ms_ = next;
    step();
  }
  return true;
}

void quorum_cluster::post(node_id from, const quorum_effects::outgoing& x) {
  auto message = std::make_shared<const quorum_message>(x.message);
  do {
    if (!chance(weather.lost_permille) && !cuts_.contains({from, x.to}))
      posted_.push({now_ms_ + delay(weather.delay_ms_max), ++posts_, from, x.to,
                    message});
  } while (chance(weather.doubled_permille));
}

void quorum_cluster::deliver(const delivery& x) {
  auto to = nodes_.find(x.to);
  if (to == nodes_.end() || !to->second.core || cuts_.contains({x.from, x.to}))
    return;
  tell(x.to, [&](quorum& core, quorum_time now) {
    core.receive(x.from, *x.message, now);
  });
}

void quorum_cluster::tell(
    node_id id, const std::function<void(quorum&, quorum_time)>& call) {
  call(at(id), quorum_time{now_ms_, now_ms_});
  settle(id);
}

std::vector<node_id> quorum_cluster::ids() const {
  std::vector<node_id> all;
  for (const auto& [id, x] : nodes_)
    all.push_back(id);
  return all;
}

node_id quorum_cluster::leader() {
  node_id found = no_node;
  leader_epoch_t newest = -1;
  for (const auto& [id, x] : nodes_)
    if (x.core && x.core->ready() && x.core->epoch() > newest) {
      found = id;
      newest = x.core->epoch();
    }
  return found;
}

bool quorum_cluster::in_step() {
  auto lead = leader();
  if (lead == no_node)
    return false;
  auto end = disk(lead).end_offset();
  for (const auto& [id, x] : nodes_)
    if (x.core
        && (x.core->high_watermark() != end || x.disk->end_offset() != end
            || x.core->leader() != lead))
      return false;
  return true;
}

} // namespace troupe::cluster::test
