// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "virtual_network.h"

#include <troupe/actors/problem.h>
#include <troupe/cluster/controller_upkeep.h>
#include <troupe/cluster/metadata_log.h>
#include <troupe/cluster/quorum.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::simulation {

class simulated_cluster;

/// What a controller is asked: a decision on an image, and who waits for what
/// becomes of it.
struct metadata_question {
  std::function<cluster::outcome(const cluster::metadata_image&)> decide;
  std::function<void(const actors::problem&)> done;
};

/// The metadata of one node: the real log on the node's disk, the real quorum
/// over it, and the real controller while the quorum is led from here. Does
/// what the actors around them do.
class simulated_metadata {
public:
  simulated_metadata(simulated_cluster& world, node_id self);

  void start();
  void receive(node_id from, const cluster::quorum_message& x);
  void suspect(node_id id);

  node_id leader() const noexcept { return core_->leader(); }
  bool decides() const noexcept { return upkeep_.has_value(); }
  const cluster::image_ptr& image() const noexcept { return log_->image(); }
  cluster::metadata_log& log() noexcept { return *log_; }
  cluster::quorum& core() noexcept { return *core_; }

  /// To the controller here; refused when that is elsewhere.
  void decide(metadata_question x);
  void heartbeat(const cluster::node_heartbeat& x,
                 std::function<void(const actors::problem&)> done);
  cluster::controller& by() noexcept { return controller_; }
  const cluster::failure_detector& sessions() { return upkeep_->sessions(); }

private:
  struct proposal {
    storage::offset_t end_offset = 0;
    std::function<void(const actors::problem&)> done;
  };

  void settle();
  void take_effects();
  void forget_proposal(const std::string& why);
  void look_at_office();
  bool run_round();
  bool carry_out(const cluster::outcome& x,
                 std::function<void(const actors::problem&)> done);
  void consider_voters();
  void check_agreed();
  void arm();
  void tick(uint64_t number);

  simulated_cluster& world_;
  node_id self_;
  cluster::controller controller_;
  std::unique_ptr<cluster::metadata_log> log_;
  std::optional<cluster::quorum> core_;
  std::optional<cluster::controller_upkeep> upkeep_;
  std::deque<metadata_question> questions_;
  std::optional<proposal> proposed_;
  cluster::image_ptr told_image_;
  storage::offset_t checked_end_ = 0;
  int64_t voters_due_ms_ = 0;
  int64_t armed_ms_ = -1;
  uint64_t armed_number_ = 0;
};

} // namespace troupe::simulation
