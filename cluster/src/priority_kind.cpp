// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/priority_kind.h>

#include <algorithm>

namespace troupe::cluster {

priority_kind::priority_kind(const priority_config& config,
                             const mover_position& from, offset_t inbox_end)
    : ranked_inbox(from, inbox_end, config.pending_max), step_(config.step),
      window_(config.window) {}

void priority_kind::take(const storage::record_view& record) {
  // Offsets and steps are far from the ends of what 64 bits hold.
  ranked_inbox::take(record.offset,
                     record.offset - level_of(record).level * step_);
}

void priority_kind::consumed(offset_t topic_offset) {
  consumed_ = std::max(consumed_, topic_offset);
}

offset_t priority_kind::room() const noexcept {
  // Clients may commit what is not there yet.
  auto consumed = std::min(consumed_, topic_end());
  return std::max<offset_t>(consumed + window_ - topic_end(), 0);
}

bool priority_kind::awaits_consumers() const noexcept {
  return !under_way() && first() && room() == 0;
}

std::vector<offset_t> priority_kind::release(size_t count_max) {
  if (under_way())
    return {};
  auto count = std::min(count_max, static_cast<size_t>(room()));
  for (; count > 0 && first(); --count)
    move_first();
  return batch();
}

} // namespace troupe::cluster
