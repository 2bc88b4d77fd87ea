// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/follower_replication.h>
#include <troupe/cluster/leader_replication.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace troupe::cluster::test {

/// One partition on three nodes and a controller, in virtual time: messages
/// are lost, late and out of order, nodes crash, leaders change. Everything
/// follows from the seed. `problems` tells what must never happen.
class replication_chaos {
public:
  enum class disk : uint8_t { keeps_everything, loses_what_was_not_synced };

  replication_chaos(uint64_t seed, disk kind);

  /// Faults for a while, then none until all should be in step again.
  void run();

  std::vector<std::string> problems;
  /// That something happened at all.
  size_t acknowledged() const noexcept { return acknowledged_.size(); }
  int elections = 0;
  int truncations = 0;
  int isr_changes = 0;

private:
  struct entry {
    leader_epoch_t epoch = 0;
    uint64_t value = 0;
    bool operator==(const entry&) const = default;
  };
  struct node {
    bool up = true;
    /// Messages to an earlier life of the process are lost.
    int life = 0;
    timestamp_ms down_since = 0;
    std::vector<entry> log;
    size_t synced = 0;
    partition_registration seen;
    std::variant<std::monostate, leader_replication, follower_replication> role;
    offset_t saved_high_watermark = 0;
    /// As a leader: records that were compared with the acknowledged ones.
    size_t compared = 0;
    /// The pull that waits for an answer.
    uint64_t pull = 0;

    leader_replication* leader() {
      return std::get_if<leader_replication>(&role);
    }
    follower_replication* follower() {
      return std::get_if<follower_replication>(&role);
    }
    offset_t end() const { return static_cast<offset_t>(log.size()); }
  };
  struct answer {
    leader_answer said;
    offset_t fetch_offset = 0;
    std::vector<entry> batches;
  };

  uint64_t below(uint64_t bound) { return random_() % bound; }
  bool chance(uint64_t percent) { return below(100) < percent; }
  void at(int64_t delay_ms, std::function<void()> what);
  /// Perhaps; unless the target dies before.
  void send(node_id from, node_id to, std::function<void()> what);
  node& of(node_id id) { return nodes_.at(static_cast<size_t>(id)); }
  static epoch_end end_of_epoch(const node& x, leader_epoch_t epoch);
  void problem(std::string text);

  // The controller.
  void controller_tick();
  void elect(node_id leader);
  void publish();
  isr_answer judge(const isr_proposal& x);

  // The nodes.
  void see(node_id id, const partition_registration& x);
  void crash(node_id id);
  void restart(node_id id);
  void append(node_id id);
  void sync(node_id id);
  void tick(node_id id);
  void propose(node_id id);
  void pull(node_id id);
  answer serve(node_id id, node_id replica, leader_epoch_t epoch,
               offset_t fetch_offset, leader_epoch_t last_epoch);
  void apply(node_id id, const answer& x);
  void high_watermark_moved(node_id id);

  void fault();
  void check_logs();
  void check_leader(const node& x);
  void check_in_step();

  std::mt19937_64 random_;
  disk kind_;
  timestamp_ms now_ = 0;
  uint64_t next_value_ = 1;
  uint64_t next_pull_ = 1;
  bool faults_ = true;
  std::multimap<timestamp_ms, std::function<void()>> events_;
  std::set<std::pair<node_id, node_id>> cut_;
  std::vector<node> nodes_;
  partition_registration registration_;
  /// What clients were told: the records below some leader's high watermark.
  std::vector<entry> acknowledged_;
};

} // namespace troupe::cluster::test
