// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lane_hosted.h"
#include "published.h"
#include "refused_producers.h"
#include "routing.h"
#include "stage_host.h"
#include "stage_watch.h"

#include <troupe/actors/producer_interfaces.h>
#include <troupe/actors/stage_interfaces.h>

#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// What the desk of a topic's stages is given at birth.
struct stage_desk_config {
  std::string topic;
  reconfigure_stages stages;
  /// Makes stages, each time anew.
  std::function<started_stages(const reconfigure_stages&)> start;
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

/// One batch is in work, from the stages to its partition, the others wait: so
/// their order is kept, and no more than one batch's records are elsewhere.
struct stage_desk_state {
  static inline const char* name = "stage_desk";

  explicit stage_desk_state(stage_desk_pointer self) : self(self) {}

  void open(stage_desk_config config);

  void on_append_through_stages(append_through_stages& x);
  void on_reconfigure_stages(reconfigure_stages& x);
  void on_stage_pause_over();
  /// The node stops: everybody who waits is told.
  void end();

private:
  /// Takes up what can be taken up.
  void proceed();
  void take_up(append_through_stages x);
  /// Those given up that have not come back.
  size_t count_hung();
  void ask();
  void on_batch_staged(batch_staged& x);
  void on_no_answer(const caf::error& x);
  /// The batch in work passes as it came, or is refused, as configured.
  void end_without_stages(const problem& why);
  /// The stages are let go; others are made after the pause.
  void replace_stages(const problem& why, int64_t pause_ms);
  void drop_stages();
  void append_elsewhere(std::vector<outgoing_record>& records);
  void on_appended_elsewhere(const problem& why);
  /// To its partition.
  void hand_on(append_through_stages& x);
  /// Back to its producer.
  void refuse(const append_through_stages& x, const problem& why,
              std::vector<storage::record_failure> failures = {});
  /// What its producer sent behind it has to wait, too.
  void note_refusal(const append_through_stages& x, const problem& why);
  void finish();

  stage_desk_pointer self;
  stage_desk_config config_;
  std::deque<append_through_stages> waiting_;
  std::optional<append_through_stages> in_work_;
  /// Answers of other topics that are missing, and the first bad one.
  size_t elsewhere_ = 0;
  problem elsewhere_failed_;
  /// By partition, as sequence numbers are.
  std::unordered_map<int32_t, refused_producers> refused_;

  stage_watch watch_;
  started_stages stages_;
  /// The configuration has changed since they were made.
  bool outdated_ = false;
  std::vector<std::weak_ptr<const bool>> hung_;
  std::mt19937_64 random_;
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
