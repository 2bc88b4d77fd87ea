// SPDX-License-Identifier: Apache-2.0
#include "log_state.h"

#include <algorithm>

namespace troupe::storage {

result<void> log::state::restore_memory(recovery_report& report) {
  auto replay_from = start_offset;
  if (checkpoint_holds && options.checkpoint) {
    auto& known = *options.checkpoint;
    first_dirty_offset =
        std::clamp<offset_t>(known.offsets.first_dirty_offset, 0, end_offset);
    epochs = epoch_cache::from(known.epochs);
    epochs.truncate_to(end_offset);
    epochs.advance_start(start_offset);
    // State from beyond the end may hold batches that are gone.
    if (known.producers_end <= end_offset) {
      auto table = known.producers.empty()
                       ? result<producer_table>{producer_table{}}
                       : producer_table::decode(known.producers);
      if (table) {
        producers = std::move(*table);
        replay_from = std::max(start_offset, known.producers_end);
      } else {
        report.notes.push_back(to_string(table.error()));
      }
    }
  }
  producers.set_bound(options.config.producers_max);
  options.checkpoint.reset();
  if (replay_from >= end_offset)
    return {};
  return walk(replay_from, on_damage::skip,
              [&](const walked_batch& x) -> result<bool> {
                epochs.assign(x.header.leader_epoch, x.header.base_offset);
                if (x.header.base_offset >= replay_from)
                  producers.update(x.header);
                return true;
              });
}

result<void> log::state::rebuild_producers() {
  producers.clear();
  if (start_offset >= end_offset)
    return {};
  return walk(start_offset, on_damage::skip,
              [&](const walked_batch& x) -> result<bool> {
                producers.update(x.header);
                return true;
              });
}

} // namespace troupe::storage
