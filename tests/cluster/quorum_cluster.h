// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tests/cluster/quorum_disk.h>
#include <troupe/cluster/quorum.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::cluster::test {

/// How bad the network and the disks are.
struct quorum_weather {
  uint64_t lost_permille = 0;
  uint64_t doubled_permille = 0;
  /// Different delays also reorder.
  int64_t delay_ms_max = 1;
  int64_t flush_delay_ms_max = 0;
};

/// What somebody asked the quorum to remember.
struct quorum_proposal {
  node_id at = no_node;
  offset_t base_offset = 0;
  offset_t end_offset = 0;
  /// End of everything that was known to be agreed on when it was asked.
  offset_t agreed_before = 0;
  bool agreed = false;
  /// Nobody waits for it any more: agreed on or not, both are right.
  bool forgotten = false;
};

/// Quorums on model disks and a model network in virtual time. Watches what
/// must hold whatever happens, and keeps a sentence for each violation.
class quorum_cluster {
public:
  explicit quorum_cluster(uint64_t seed);
  ~quorum_cluster();

  quorum_weather weather;
  quorum_config config;
  offset_t snapshot_every = 1000;
  /// Makes the disk of a node; tests that break something replace it.
  std::function<std::unique_ptr<quorum_disk>()> make_disk;

  /// A new node: the first of all founds the quorum, the others observe.
  void add(node_id id);
  /// Adds nodes 0 .. count-1 and makes all of them voters.
  void grow_to(node_id count);
  void crash(node_id id);
  void restart(node_id id);
  bool up(node_id id) const { return nodes_.at(id).core.has_value(); }
  /// Those who had a connection to `id` notice that it broke.
  void suspect(node_id id);
  /// No message of `from` reaches `to`.
  void cut(node_id from, node_id to) { cuts_.insert({from, to}); }
  void isolate(node_id id);
  void mend() { cuts_.clear(); }

  int64_t now_ms() const noexcept { return now_ms_; }
  void run(int64_t ms);
  /// False when it did not happen within `ms`.
  bool run_until(const std::function<bool()>& happened, int64_t ms);

  quorum& at(node_id id) { return *nodes_.at(id).core; }
  quorum_disk& disk(node_id id) { return *nodes_.at(id).disk; }
  std::vector<node_id> ids() const;
  /// Runs `call` on a quorum that is up, with the time, and does what it wants.
  template <class Call>
  auto ask(node_id id, Call call) {
    auto answer = call(at(id), quorum_time{now_ms_, now_ms_});
    settle(id);
    return answer;
  }
  void tell(node_id id, const std::function<void(quorum&, quorum_time)>& call);

  /// The ready leader of the newest epoch; no_node when there is none.
  node_id leader();
  /// Its number when the node took it.
  result<size_t, quorum_error> propose(node_id at);
  const quorum_proposal& proposal(size_t number) const {
    return proposals_.at(number);
  }
  size_t proposals() const noexcept { return proposals_.size(); }
  /// The values below the high watermark of a node, in order.
  std::vector<std::string> agreed_values(node_id id);
  /// All nodes that are up have everything, and know it.
  bool in_step();
  const quorum_batches& agreed() const noexcept { return agreed_; }
  const std::vector<std::string>& violations() const noexcept {
    return violations_;
  }
  void violation(const std::string& what);

private:
  struct node {
    std::unique_ptr<quorum_disk> disk;
    std::optional<quorum> core;
    std::optional<int64_t> flush_ms;
    offset_t high_watermark_seen = 0;
    /// By end offset.
    std::map<offset_t, size_t> waiting;
  };
  struct delivery {
    int64_t at_ms = 0;
    uint64_t order = 0;
    node_id from = no_node;
    node_id to = no_node;
    std::shared_ptr<const quorum_message> message;

    bool operator>(const delivery& x) const {
      return std::tie(at_ms, order) > std::tie(x.at_ms, x.order);
    }
  };

  bool chance(uint64_t permille) { return random_() % 1000 < permille; }
  int64_t delay(int64_t max_ms);
  int64_t next_event_ms();
  void step();
  void deliver(const delivery& x);
  void post(node_id from, const quorum_effects::outgoing& x);
  void settle(node_id id);
  void look_at_leader(node_id id);
  void look_at_log(node_id id);
  void look_at_proposals(node_id id, const quorum_effects& effects);

  std::mt19937_64 random_;
  std::map<node_id, node> nodes_;
  std::set<std::pair<node_id, node_id>> cuts_;
  std::priority_queue<delivery, std::vector<delivery>, std::greater<>> posted_;
  uint64_t posts_ = 0;
  int64_t now_ms_ = 1000;
  int64_t spins_ = 0;

  std::map<leader_epoch_t, node_id> leaders_;
  /// Everything that any node ever called agreed on.
  quorum_batches agreed_;
  std::vector<quorum_proposal> proposals_;
  offset_t answered_end_ = 0;
  std::vector<std::string> violations_;
};

} // namespace troupe::cluster::test
