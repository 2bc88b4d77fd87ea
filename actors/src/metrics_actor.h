// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "published.h"
#include "routing.h"

#include <troupe/actors/metrics_interfaces.h>
#include <troupe/actors/peer_interfaces.h>
#include <troupe/cluster/group_lag.h>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace troupe::actors {

struct metrics_config {
  cluster::group_lag::bounds lags;
  commits_source_actor commits;
  /// Null on a node that is alone.
  membership_actor membership;
  std::shared_ptr<published<routing>> routes;
};

/// Gathers figures, one round at a time; whoever asks meanwhile waits for the
/// same round. Who does not answer is left out.
///
///   collect_metrics ─► commits, page by page ─► high watermarks ─► peers
///
/// High watermarks come from the replicas on this node, also those that follow:
/// the group's coordinator and the partition's leader are often two nodes, and
/// what a follower knows is at most one pull old. A partition without a replica
/// here has no lag here.
struct metrics_state {
  static inline const char* name = "metrics";

  explicit metrics_state(metrics_actor::pointer self) : self(self) {}

  void open(metrics_config x) { config_ = std::move(x); }

  caf::result<metrics_collected> on_collect_metrics();

  metrics_actor::pointer self;

private:
  void begin_round();
  void ask_commits(list_commits page);
  void take_commits(const commits_listed& x);
  void ask_high_watermarks();
  void ask_next_high_watermark();
  void high_watermark_answered();
  void ask_peers();
  void end_round(std::vector<peer_description> peers);

  /// Null when no replica of it is open here.
  partition_actor replica_of(const storage::topic_partition& x) const;

  metrics_config config_;
  std::vector<caf::typed_response_promise<metrics_collected>> waiting_;

  // The round.
  cluster::group_lag lag_{{}};
  /// Every commit was taken in.
  bool complete_ = false;
  routing_ptr routes_;
  std::vector<storage::topic_partition> to_ask_;
  size_t asked_ = 0;
};

metrics_actor::behavior_type
metrics(metrics_actor::stateful_pointer<metrics_state> self,
        metrics_config config);

} // namespace troupe::actors
