// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>
#include <troupe/cluster/quorum_time.h>

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <utility>

namespace troupe::simulation {

using cluster::node_id;

/// How bad the network is.
struct weather {
  uint64_t lost_permille = 0;
  uint64_t doubled_permille = 0;
  /// Different delays also reorder.
  int64_t delay_ms_max = 2;
};

/// Time, chance and the links between nodes. Everything that happens is an
/// event of this; the same seed gives the same events.
class virtual_network {
public:
  explicit virtual_network(uint64_t seed) : random_(seed) {}

  weather now_blows;

  int64_t now_ms() const noexcept { return now_ms_; }
  cluster::quorum_time now() const noexcept {
    return {now_ms_, wall_offset_ms + now_ms_};
  }
  uint64_t below(uint64_t bound) { return random_() % bound; }
  int64_t below_ms(int64_t bound) {
    return static_cast<int64_t>(below(static_cast<uint64_t>(bound)));
  }
  bool chance(uint64_t permille) { return below(1000) < permille; }

  void at(int64_t delay_ms, std::function<void()> what);
  /// Something that a node does: never, once it died; later, while it stands
  /// still.
  void at(node_id owner, int64_t delay_ms, std::function<void()> what);
  /// Something that happens at `to` when a message of `from` arrives.
  void send(node_id from, node_id to, std::function<void()> what);

  void end_life(node_id id) { ++lives_[id]; }
  /// The process is stopped and goes on later (SIGSTOP, SIGCONT).
  void stall(node_id id, int64_t ms) { stalled_until_ms_[id] = now_ms_ + ms; }
  void cut(node_id from, node_id to) { cuts_.insert({from, to}); }
  void isolate(node_id id) { isolated_.insert(id); }
  void mend();

  /// The next event, unless it lies beyond `end_ms`: then time passes until
  /// there.
  bool step(int64_t end_ms);

private:
  static constexpr int64_t wall_offset_ms = 1'700'000'000'000;

  bool connected(node_id from, node_id to) const;

  std::mt19937_64 random_;
  int64_t now_ms_ = 0;
  std::multimap<int64_t, std::function<void()>> events_;
  std::map<node_id, int> lives_;
  std::map<node_id, int64_t> stalled_until_ms_;
  std::set<std::pair<node_id, node_id>> cuts_;
  std::set<node_id> isolated_;
};

} // namespace troupe::simulation
