// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lane_hosted.h"
#include "published.h"
#include "refused_producers.h"
#include "routing.h"
#include "stage_line.h"
#include "supervised_stages.h"

#include <troupe/actors/producer_interfaces.h>
#include <troupe/actors/stage_interfaces.h>

#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// What the desk of a topic's stages is given at birth.
struct stage_desk_config {
  std::string topic;
  reconfigure_stages stages;
  /// Makes stages, each time anew.
  supervised_stages::starter start;
  /// Appends to partitions that this node leads, without stages.
  std::function<producer_actor()> open_producer;
  std::shared_ptr<published<routing>> routes;
  cluster::node_id self = cluster::no_node;
  uint64_t seed = 0;
  /// One that never goes back.
  std::function<int64_t()> steady_now;
};

struct stage_desk_state;
using stage_desk_pointer = lane_pointer<stage_desk_actor, stage_desk_state>;

/// A few batches are in the hands of the stages, one at a time goes on from
/// there, the others wait: so their order is kept, and no more than one batch's
/// records are elsewhere.
struct stage_desk_state {
  static inline const char* name = "stage_desk";

  explicit stage_desk_state(stage_desk_pointer self) : self(self) {}

  void open(stage_desk_config config);

  void on_append_through_stages(append_through_stages& x);
  void on_batch_staged(batch_staged& x);
  void on_reconfigure_stages(reconfigure_stages& x);
  void on_stage_pause_over();
  void on_stage_deadline_due();
  /// The node stops: everybody who waits is told.
  void end();

private:
  /// Batches that the stages are asked about at a time.
  static constexpr size_t asked_max = 16;

  /// Lets go on what can go on, and takes up what can be taken up.
  void proceed();
  void take_up();
  void ask();
  /// The first one, which was answered, goes on.
  void settle(stage_line::place& x);
  /// Others are made after a pause; the batch that is next does not wait for
  /// them.
  void give_up(stage_failure how, const problem& why);
  /// When the stages must have answered, if they are asked.
  void arm();
  void append_elsewhere(std::vector<outgoing_record>& records);
  void on_appended_elsewhere(const problem& why);
  /// To its partition.
  void hand_on(append_through_stages x);
  /// What a producer sent behind a batch that it will send again has to wait:
  /// then it is refused.
  bool held_back(const append_through_stages& x);
  /// Back to its producer.
  void refuse(const append_through_stages& x, const problem& why,
              std::vector<storage::record_failure> failures = {});
  void note_refusal(const append_through_stages& x, const problem& why);

  stage_desk_pointer self;
  stage_desk_config config_;
  stage_line line_;
  /// Of the first one: answers of other topics that are missing, and the first
  /// bad one.
  size_t elsewhere_ = 0;
  problem elsewhere_failed_;
  /// By partition, as sequence numbers are.
  std::unordered_map<int32_t, refused_producers> refused_;

  supervised_stages stages_;
  /// Since when the stages have had the batch whose outcome is next.
  int64_t asked_since_ms_ = 0;
  /// When the deadline is looked at, if it will be.
  std::optional<int64_t> armed_until_ms_;
  producer_actor producer_;
};

stage_desk_actor::behavior_type
stage_desk(stage_desk_pointer self, stage_desk_config config);

/// The partition of that topic which takes records routed from partition
/// `from`: the same one if this node leads it, else the first one that it does.
/// Or why there is none.
result<int32_t, problem>
partition_for_routed(const routing& routes, cluster::node_id self,
                     const std::string& topic, int32_t from);

} // namespace troupe::actors
