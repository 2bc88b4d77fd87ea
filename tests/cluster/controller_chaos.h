// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tests/cluster/cluster_fixture.h>

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::cluster::test {

/// A controller and nodes that come and go at random, with a model of what each
/// replica has, so that a leader that lacks something is noticed. Every image
/// is checked.
class controller_chaos {
public:
  /// `number` is the seed.
  explicit controller_chaos(uint64_t number);

  /// One random event.
  void step();
  /// Brings everybody back and lets things come to rest.
  void heal();

private:
  using partition_name = std::pair<std::string, int32_t>;

  size_t below(size_t bound) { return random_() % bound; }
  node_id any_node() { return 1 + static_cast<node_id>(below(node_count)); }
  partition_name any_partition();
  std::vector<node_id> some_nodes();

  void start_process(node_id node);
  void kill(node_id node) { processes_.erase(node); }
  void beat(node_id node, bool wants_to_stop);
  void pass(int64_t time_ms);
  void write(const partition_name& name);
  /// The leader proposes an ISR; those that come in have caught up.
  void propose(const partition_name& name, bool everybody);
  void reassign(const partition_name& name);
  void alter_topic();
  void take(const outcome& x);
  void check(const metadata_image& before, const outcome& x);
  void check_change(const partition_registration& before,
                    const partition_registration& x);
  void check_partition(const topic_image& topic, size_t index);

  static constexpr size_t node_count = 6;

  std::mt19937_64 random_;
  controller by_;
  failure_detector sessions_{cluster_config{}};
  int64_t now_ms_ = 0;
  image_ptr image_ = image_of({cluster_created{"chaos"}});
  uint64_t incarnations_ = 0;
  /// Who runs, as which incarnation.
  std::map<node_id, uuid> processes_;
  /// Acknowledged records of a partition, and how many of them a replica has.
  std::map<partition_name, int> committed_;
  std::map<std::pair<partition_name, node_id>, int> copied_;
};

} // namespace troupe::cluster::test
