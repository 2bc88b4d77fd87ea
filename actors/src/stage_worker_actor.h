// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stage_pipeline.h"

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

  batch_staged on_stage_batch(const stage_batch& x);

  stage_worker_config config;
  std::optional<stage_pipeline> pipeline;
};

/// Makes the stages with the first batch.
stage_actor::behavior_type
stage_worker(stage_actor::stateful_pointer<stage_worker_state> self,
             stage_worker_config config);

} // namespace troupe::actors
