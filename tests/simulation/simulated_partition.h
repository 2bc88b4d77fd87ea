// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "partition_core.h"

#include <troupe/cluster/metadata_image.h>
#include <troupe/cluster/replica_life.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace troupe::simulation {

using cluster::node_id;

class simulated_cluster;

/// One replica: the real core of a partition over a real log on the node's
/// disk. Appends, parks, pulls and syncs as the actors around it do.
class simulated_partition {
public:
  using appended = std::function<void(const actors::append_finished&)>;
  using pulled = std::function<void(const actors::batches_pulled&)>;

  simulated_partition(simulated_cluster& world, node_id self,
                      storage::topic_partition name,
                      const cluster::topic_image& topic,
                      const cluster::partition_registration& x);

  bool serves() const noexcept { return core_ != nullptr; }
  const storage::uuid& topic_id() const noexcept { return topic_id_; }
  actors::partition_core& core() noexcept { return *core_; }
  void change_role(const cluster::partition_registration& x);

  /// With acks=all; `done` is called once, maybe never.
  void append(const storage::buffer& batch, appended done);
  /// From a follower, through the links.
  void pull(const actors::pull_batches& x, pulled answer);
  /// Now and then: pulls that waited long enough, followers that lag, what is
  /// to be remembered.
  void look_around();
  /// Takes the log away, and its files.
  void erase();

private:
  struct parked_append {
    actors::append_finished finished;
    appended done;
  };
  struct parked_pull {
    actors::pull_batches request;
    pulled answer;
    int64_t until_ms = 0;
  };

  std::string directory() const;
  actors::partition_time now() const;
  void open(const cluster::topic_image& topic);
  void save_checkpoint();
  void check_failure();
  void sync_soon();
  void sync();
  void high_watermark_moved();
  void refuse_all();
  // As a leader.
  void serve(parked_pull x, bool may_wait);
  void propose_isr();
  // As a follower.
  void follow();
  void ask_again(int64_t delay_ms);
  void ask();
  void take(uint64_t number, const actors::batches_pulled& x);

  simulated_cluster& world_;
  node_id self_;
  storage::topic_partition name_;
  storage::uuid topic_id_;
  cluster::partition_registration registration_;
  std::vector<cluster::replica_life> lives_;
  /// Null when the log does not open.
  std::unique_ptr<actors::partition_core> core_;
  std::vector<parked_append> appends_;
  std::map<node_id, parked_pull> pulls_;
  std::map<node_id, storage::offset_t> told_high_watermark_;
  bool sync_due_ = false;
  /// Of the pull whose answer is waited for.
  uint64_t pull_number_ = 0;
};

} // namespace troupe::simulation
