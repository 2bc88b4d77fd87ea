// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stage_chain.h"

#include <troupe/actors/stage_interfaces.h>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <optional>
#include <string>

namespace troupe::actors {

/// What a stage worker is given at birth.
struct stage_worker_config {
  std::string topic;
  reconfigure_stages stages;
  std::shared_ptr<const stage_factories> factories;
  /// Held until the worker is gone, which is when the last call of a stage has
  /// returned.
  std::shared_ptr<const bool> alive;
};

struct stage_worker_state {
  static inline const char* name = "stage_worker";

  explicit stage_worker_state(stage_actor::pointer self) : self(self) {}

  void on_stage_batch(const stage_batch& x);
  slice_viewed on_view_slice(const view_slice& x);

  stage_actor::pointer self;
  stage_worker_config config;

private:
  /// Why there are no stages, if there are none.
  problem make();

  std::optional<stage_chain> chain_;
};

/// Makes the stages with the first batch. What is in nobody's page cache is
/// read from the disk here: only the topic's own readers wait for it.
stage_actor::behavior_type
stage_worker(stage_actor::stateful_pointer<stage_worker_state> self,
             stage_worker_config config);

} // namespace troupe::actors
