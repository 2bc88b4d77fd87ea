// SPDX-License-Identifier: Apache-2.0
#include "stage_worker_actor.h"

#include <utility>

namespace troupe::actors {

stage_actor::behavior_type
stage_worker(stage_actor::stateful_pointer<stage_worker_state> self,
             stage_worker_config config) {
  auto& state = self->state;
  state.config = std::move(config);
  return {
      [&state](const stage_batch& x) { return state.on_stage_batch(x); },
  };
}

batch_staged stage_worker_state::on_stage_batch(const stage_batch& x) {
  if (!pipeline) {
    auto made =
        stage_pipeline::make(config.stages, *config.factories, config.topic);
    if (!made) {
      batch_staged failed;
      failed.health = stage_health::unmade;
      failed.why = std::move(made.error());
      return failed;
    }
    pipeline = std::move(*made);
  }
  return pipeline->run(x);
}

} // namespace troupe::actors
