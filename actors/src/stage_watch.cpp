// SPDX-License-Identifier: Apache-2.0
#include "stage_watch.h"

namespace troupe::actors {

stage_turn
stage_watch::turn(const cluster::stage_config& config, size_t hung) const {
  using enum stage_turn::action;
  if (config.names.empty())
    return {pass};
  bool too_many_hang = hung >= hung_stages_max;
  if (!paused_ && !too_many_hang)
    return {ask};
  if (config.on_failure == cluster::stage_policy::open)
    return {pass};
  if (unmade_)
    return {refuse, *unmade_};
  if (paused_)
    return {wait};
  return {refuse,
          {storage::error{storage::errc::busy,
                          "the topic's stages hang and none came back yet"}}};
}

int64_t stage_watch::failed(uint64_t random) {
  paused_ = true;
  return pause_.after_failure(random);
}

int64_t stage_watch::cannot_be_made(const problem& why, uint64_t random) {
  unmade_ = why;
  return failed(random);
}

void stage_watch::pause_over() {
  paused_ = false;
  unmade_.reset();
}

} // namespace troupe::actors
