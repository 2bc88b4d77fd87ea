// SPDX-License-Identifier: Apache-2.0
#include "reply_queue.h"

#include <troupe/storage/assert.h>

namespace troupe::transport {

request_slot reply_queue::open(size_t request_bytes) {
  entries_.push_back({request_bytes, std::nullopt});
  request_bytes_ += request_bytes;
  return first_ + entries_.size() - 1;
}

void reply_queue::answer(request_slot slot, chunks answer) {
  ASSERT(slot >= first_);
  ASSERT(slot - first_ < entries_.size());
  auto& x = entries_[slot - first_];
  ASSERT(!x.answer);
  request_bytes_ -= x.request_bytes;
  reply_bytes_ += size_bytes(answer);
  x.answer = std::move(answer);
}

std::optional<chunks> reply_queue::release() {
  if (entries_.empty() || !entries_.front().answer)
    return std::nullopt;
  auto answer = std::move(entries_.front().answer);
  entries_.pop_front();
  ++first_;
  reply_bytes_ -= size_bytes(*answer);
  return answer;
}

void reply_queue::clear() noexcept {
  first_ += entries_.size();
  entries_.clear();
  request_bytes_ = reply_bytes_ = 0;
}

} // namespace troupe::transport
