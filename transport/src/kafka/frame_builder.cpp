// SPDX-License-Identifier: Apache-2.0
#include "kafka/frame_builder.h"

#include <troupe/storage/assert.h>

#include <utility>

namespace troupe::kafka {

frame_builder::frame_builder(const counting_sink& counted)
    : memory_(
        std::make_shared_for_overwrite<std::byte[]>(counted.memory_bytes)),
      size_(counted.memory_bytes) {
  chunks_.reserve(2 * counted.outside_pieces + 1);
}

void frame_builder::put_outside(const storage::buffer& x) {
  cut();
  chunks_.emplace_back(x);
}

void frame_builder::put_outside(const storage::file_slice& x) {
  cut();
  chunks_.emplace_back(x);
}

transport::chunks frame_builder::finish() {
  cut();
  ASSERT(used_ == size_);
  return std::move(chunks_);
}

void frame_builder::cut() {
  ASSERT(used_ <= size_);
  if (used_ == cut_at_)
    return;
  chunks_.emplace_back(
      storage::buffer{memory_, {memory_.get() + cut_at_, used_ - cut_at_}});
  cut_at_ = used_;
}

} // namespace troupe::kafka
