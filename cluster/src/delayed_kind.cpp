// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/delayed_kind.h>

namespace troupe::cluster {

delayed_kind::delayed_kind(const delayed_config& config,
                           const mover_position& from, offset_t inbox_end)
    : ranked_inbox(from, inbox_end, config.pending_max),
      delay_max_ms_(config.delay_max_ms) {}

void delayed_kind::take(const storage::record_view& record) {
  ranked_inbox::take(record.offset, due_of(record, delay_max_ms_).due_ms);
}

std::vector<offset_t>
delayed_kind::release(timestamp_ms now, size_t count_max) {
  if (under_way())
    return {};
  for (size_t count = 0; count < count_max; ++count) {
    auto next = first();
    if (!next || next->rank > now)
      break;
    move_first();
  }
  return batch();
}

std::optional<timestamp_ms> delayed_kind::next_wake() const {
  auto next = first();
  if (under_way() || !next)
    return std::nullopt;
  return next->rank;
}

} // namespace troupe::cluster
