// SPDX-License-Identifier: Apache-2.0
#include "applied_metadata.h"

#include <utility>

namespace troupe::actors {

void applied_metadata::wait(
    storage::offset_t end_offset,
    std::function<void(const cluster::image_ptr&)> then) {
  if (image_->end_offset >= end_offset)
    return then(image_);
  waiting_.emplace(end_offset, std::move(then));
}

void applied_metadata::advance(cluster::image_ptr image) {
  image_ = std::move(image);
  while (!waiting_.empty() && waiting_.begin()->first <= image_->end_offset) {
    auto first = waiting_.extract(waiting_.begin());
    first.mapped()(image_);
  }
}

void applied_metadata::give_up() {
  auto all = std::exchange(waiting_, {});
  for (auto& [offset, then] : all)
    then(image_);
}

} // namespace troupe::actors
