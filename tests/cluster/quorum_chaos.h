// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tests/cluster/quorum_cluster.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <vector>

namespace troupe::cluster::test {

/// One to five nodes to which everything happens that a seed comes up with:
/// crashes that lose what was not synced, links that are cut one way or both,
/// messages that are lost, doubled, late and out of order, voters that come and
/// go, leaders that are asked to make way, disks that are full for a moment.
class quorum_chaos {
public:
  explicit quorum_chaos(uint64_t seed);
  quorum_chaos(const quorum_chaos&) = delete;
  quorum_chaos& operator=(const quorum_chaos&) = delete;

  void step();
  /// No more mishaps: there must be a leader soon, all must agree, and the
  /// quorum must take proposals.
  void heal();

  quorum_cluster& cluster() noexcept { return cluster_; }

private:
  struct mishap {
    size_t weight = 0;
    std::function<void()> happen;
  };

  size_t below(size_t bound) { return random_() % bound; }
  int64_t below_ms(int64_t bound) {
    return static_cast<int64_t>(below(static_cast<size_t>(bound)));
  }
  node_id any() { return static_cast<node_id>(below(count_)); }
  /// Some node that is up, preferably one that believes to lead.
  node_id any_up();
  void change_weather();
  void crash();
  void crash_in_election();
  void propose();
  void restart_one();
  void disturb_new_leader();
  void change_voters(node_id lead);
  void change_leader();
  void change_links();

  std::mt19937_64 random_;
  quorum_cluster cluster_;
  size_t count_ = 1;
  std::vector<mishap> mishaps_;
  size_t weight_of_all_ = 0;
};

} // namespace troupe::cluster::test
