// SPDX-License-Identifier: Apache-2.0
#include "log_state.h"

#include <algorithm>
#include <utility>

namespace troupe::storage {

result<void> log::state::restore_memory(recovery_report& report) {
  offset_t known_end = 0;
  if (checkpoint_holds && options.checkpoint) {
    auto& known = *options.checkpoint;
    first_dirty_offset =
        std::clamp<offset_t>(known.offsets.first_dirty_offset, 0, end_offset);
    epochs = epoch_cache::from(known.epochs);
    epochs.truncate_to(end_offset);
    epochs.advance_start(start_offset);
    // State from beyond the end may hold batches that are gone, and state from
    // before the start lacks those that were deleted in between.
    if (known.producers_end <= end_offset
        && known.producers_end >= start_offset) {
      auto table = decode_if_any(known.producers);
      if (table) {
        producers = std::move(*table);
        known_end = known.producers_end;
        copies.keep(known_end, producers);
      } else {
        report.notes.push_back(to_string(table.error()));
      }
    }
  }
  producers.set_bound(options.config.producers_max);
  options.checkpoint.reset();
  return replay(known_end);
}

result<void> log::state::rebuild_producers() {
  producers.clear();
  auto* copy = copies.newest_at(end_offset);
  // One from before the start lacks what was deleted since: a producer that it
  // knows may have gone on.
  if (copy == nullptr || copy->end < start_offset)
    return replay(0);
  auto table = decode_if_any(copy->table);
  if (!table) {
    copies.clear();
    return replay(0);
  }
  producers = std::move(*table);
  producers.set_bound(options.config.producers_max);
  return replay(copy->end);
}

result<void> log::state::replay(offset_t known_end) {
  auto from = std::max(start_offset, known_end);
  if (from >= end_offset)
    return {};
  auto base = segments[segment_at(from)]->base_offset();
  return walk(from, on_damage::skip,
              [&](const walked_batch& x) -> result<bool> {
                if (x.in.base_offset() != base) {
                  base = x.in.base_offset();
                  copies.keep(base, producers);
                }
                epochs.assign(x.header.leader_epoch, x.header.base_offset);
                if (x.header.base_offset >= known_end)
                  producers.update(x.header);
                return true;
              });
}

} // namespace troupe::storage
