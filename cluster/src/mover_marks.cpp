// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/mover_marks.h>
#include <troupe/storage/assert.h>

#include <algorithm>
#include <iterator>

namespace troupe::cluster {

mover_marks::mover_marks(const mover_position& first) : marks_{first} {}

void mover_marks::add(const mover_position& x) {
  const auto& last = marks_.back();
  ASSERT(x.inbox >= last.inbox);
  ASSERT(x.topic >= last.topic);
  ASSERT(x.acknowledgements >= last.acknowledgements);
  // Evenly over what is open, however much that is.
  auto spacing = (x.inbox - marks_.front().inbox) * 2
                 / static_cast<storage::offset_t>(marks_max);
  if (x.inbox - last.inbox <= spacing)
    return;
  if (marks_.size() == marks_max) {
    size_t kept = 0;
    for (size_t i = 0; i < marks_.size(); i += 2)
      marks_[kept++] = marks_[i];
    marks_.resize(kept);
  }
  marks_.push_back(x);
}

mover_position mover_marks::at(storage::offset_t finished_end) {
  ASSERT(finished_end >= marks_.front().inbox);
  auto above = std::upper_bound(
      marks_.begin(), marks_.end(), finished_end,
      [](storage::offset_t x, const auto& mark) { return x < mark.inbox; });
  marks_.erase(marks_.begin(), std::prev(above));
  auto x = marks_.front();
  x.inbox = finished_end;
  return x;
}

} // namespace troupe::cluster
