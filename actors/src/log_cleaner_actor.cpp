// SPDX-License-Identifier: Apache-2.0
#include "log_cleaner_actor.h"

#include <utility>

namespace troupe::actors {

log_cleaner_actor::behavior_type
log_cleaner(log_cleaner_actor::stateful_pointer<log_cleaner_state> self,
            log_cleaner_config config) {
  auto& state = self->state;
  state.config = std::move(config);
  return {
      [&state](compact_log& x) { state.on_compact_log(x); },
  };
}

void log_cleaner_state::on_compact_log(compact_log& x) {
  if (auto begin = std::exchange(config.begin_thread, nullptr))
    begin();
  compaction_finished answer;
  answer.generation = x.plan.generation;
  storage::compactor work(
      *config.fs, std::move(x.plan), config.limits,
      [this](uint64_t bytes) { return config.pace->take(bytes); });
  if (auto done = clean(work, x.partition); !done)
    answer.why = problem{std::move(done.error())};
  answer.report = work.report();
  self->send(x.partition, std::move(answer));
}

result<void> log_cleaner_state::clean(storage::compactor& work,
                                      const partition_actor& owner) {
  if (auto done = work.read_dirty(); !done)
    return done;
  for (;;) {
    auto cleaned = work.clean_next();
    if (!cleaned)
      return failure(std::move(cleaned.error()));
    if (!*cleaned)
      return {};
    self->send(owner, swap_segment{std::move(**cleaned)});
  }
}

} // namespace troupe::actors
