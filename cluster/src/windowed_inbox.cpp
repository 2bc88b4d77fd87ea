// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/windowed_inbox.h>

#include <algorithm>

namespace troupe::cluster {

windowed_inbox::windowed_inbox(const bounds& x, const mover_position& from,
                               offset_t inbox_end)
    : ranked_inbox(from, inbox_end, x.pending_max), window_(x.window) {}

void windowed_inbox::consumed(offset_t topic_offset) {
  consumed_ = std::max(consumed_, topic_offset);
}

offset_t windowed_inbox::room() const noexcept {
  // Clients may commit what is not there yet.
  auto consumed = std::min(consumed_, topic_end());
  return std::max<offset_t>(consumed + window_ - topic_end(), 0);
}

bool windowed_inbox::awaits_consumers() const noexcept {
  return !under_way() && first() && room() == 0;
}

std::vector<offset_t> windowed_inbox::release(size_t count_max) {
  if (under_way())
    return {};
  auto count = std::min(count_max, static_cast<size_t>(room()));
  for (; count > 0 && first(); --count)
    move_first();
  return batch();
}

} // namespace troupe::cluster
