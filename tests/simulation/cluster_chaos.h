// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulated_cluster.h"
#include "simulated_producer.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace troupe::simulation {

/// A cluster with producers to which everything happens that a seed comes up
/// with: killed processes, power cuts, processes that stand still, cut links,
/// lost and doubled and late messages, partitions that move.
class cluster_chaos {
public:
  explicit cluster_chaos(uint64_t seed);
  ~cluster_chaos();
  cluster_chaos(const cluster_chaos&) = delete;
  cluster_chaos& operator=(const cluster_chaos&) = delete;

  /// The nodes get to know each other, the topic is there, producers begin.
  bool begin();
  void step();
  /// No more mishaps: everything must come to rest, with nothing missing.
  void heal();

  simulated_cluster& world() noexcept { return world_; }
  size_t acknowledged() const;

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
  node_id any_leader();
  void die();
  void come_back();
  void change_weather();
  void change_links();
  void move_partition();
  void elect_preferred();
  bool create_topic();

  std::mt19937_64 random_;
  size_t count_;
  simulated_cluster world_;
  std::vector<std::unique_ptr<simulated_producer>> producers_;
  std::vector<mishap> mishaps_;
  size_t weight_of_all_ = 0;
};

} // namespace troupe::simulation
