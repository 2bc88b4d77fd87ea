// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulated_node.h"
#include "virtual_network.h"

#include <tests/storage/fault_file_system.h>
#include <troupe/cluster/broker_config.h>
#include <troupe/cluster/quorum_config.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::simulation {

/// Nodes 0, 1, ... with their disks, in one thread and virtual time: the real
/// cores over the real logs. Watches what must hold whatever happens, and keeps
/// a sentence for each violation.
class simulated_cluster {
public:
  simulated_cluster(uint64_t seed, size_t node_count);
  ~simulated_cluster();

  cluster::durability durability_level = cluster::durability::fsync;
  int64_t lag_ms_max = 400;
  int64_t snapshot_records = 20;

  virtual_network& network() noexcept { return network_; }

  // -- life -------------------------------------------------------------------

  std::vector<node_id> ids() const;
  bool up(node_id id) const { return machines_.at(id)->process != nullptr; }
  void start(node_id id);
  /// The process dies, its files stay as they are; others may notice at once.
  void kill(node_id id, bool noticed);
  /// What was not synced is lost or torn.
  void cut_power(node_id id);
  void run(int64_t ms);
  /// False when it did not happen within `ms`.
  bool run_until(const std::function<bool()>& happened, int64_t ms);

  // -- what nodes use ---------------------------------------------------------

  storage::test::fault_file_system& disk(node_id id);
  std::map<storage::topic_partition, storage::partition_checkpoint>&
  checkpoints(node_id id);
  cluster::broker_config config_of(node_id id) const;
  cluster::quorum_config quorum_config_of(node_id id) const;
  const cluster::image_ptr& image_of(node_id id);
  simulated_partition*
  partition(node_id id, const storage::topic_partition& name);

  void post(node_id from, node_id to, cluster::quorum_message x);
  using decision = std::function<cluster::outcome(
      simulated_metadata& there, const cluster::metadata_image& image)>;
  /// Asks whoever `self` believes to decide. `done` hears of it once, as long
  /// as the node lives.
  void ask_controller(node_id self, decision decide,
                      std::function<void(const actors::problem&)> done);
  void send_heartbeat(node_id self, const cluster::node_heartbeat& x);
  /// Something that a partition does, if it is there then.
  void later(node_id id, const storage::topic_partition& name, int64_t delay_ms,
             std::function<void(simulated_partition&)> what);

  // -- what nodes report ------------------------------------------------------

  void image_changed(node_id id);
  /// Offset behind those batches of `bytes` that lie below `end`.
  storage::offset_t metadata_agreed(node_id id, const storage::buffer& bytes,
                                    storage::offset_t end);
  void began_to_lead(node_id id, const storage::topic_partition& name,
                     actors::partition_core& core);
  void records_agreed(node_id id, const storage::topic_partition& name,
                      actors::partition_core& core);
  void violation(const std::string& what);

  // -- what tests ask ---------------------------------------------------------

  /// The node that decides, of the newest epoch; no_node when there is none.
  node_id controller();
  /// What a node believes, preferably one that decides.
  node_id leader_of(const storage::topic_partition& name, node_id asked);
  /// What is missing until all nodes are in service, all replicas in sync and
  /// everything is agreed on; empty: nothing.
  std::string unrest();
  /// All replicas have the same bytes.
  void compare_replicas();
  const std::vector<std::string>&
  agreed(const storage::topic_partition& name) const;
  int elections() const noexcept { return static_cast<int>(leaders_.size()); }
  const std::vector<std::string>& violations() const noexcept {
    return violations_;
  }

private:
  struct machine {
    storage::test::fault_file_system disk;
    std::map<storage::topic_partition, storage::partition_checkpoint>
        checkpoints;
    std::unique_ptr<simulated_node> process;
    int life = 0;
  };
  using reign = std::pair<storage::topic_partition, cluster::leader_epoch_t>;

  std::string replicas_of(const storage::topic_partition& name,
                          const cluster::partition_registration& x);
  std::string unrest(const storage::topic_partition& name,
                     const cluster::partition_registration& x);

  virtual_network network_;
  std::map<node_id, std::unique_ptr<machine>> machines_;
  /// Batches of the metadata log, by their base offset.
  std::map<storage::offset_t, std::vector<std::byte>> metadata_;
  std::map<storage::topic_partition, std::vector<std::string>> records_;
  /// Which life of which node led in an epoch.
  std::map<reign, std::pair<node_id, int>> leaders_;
  std::vector<std::string> violations_;
};

/// The values of the records in [from, to).
std::vector<std::string>
values_of(storage::log& log, storage::offset_t from, storage::offset_t to);

} // namespace troupe::simulation
