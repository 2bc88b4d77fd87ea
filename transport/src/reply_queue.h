// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/chunk.h>
#include <troupe/transport/frame_sink.h>

#include <cstddef>
#include <deque>
#include <optional>

namespace troupe::transport {

/// Puts the answers of one connection into the order of its requests. Pure.
class reply_queue {
public:
  /// Reserves the slot of a request that takes `request_bytes`.
  request_slot open(size_t request_bytes);

  /// Answers an open slot, once.
  void answer(request_slot slot, chunks answer);

  /// The next answer in order, if it is there.
  std::optional<chunks> release();

  /// Forgets everything; answers that come later find no slot.
  void clear() noexcept;

  /// Requests whose answer was not released yet.
  size_t requests_in_flight() const noexcept { return entries_.size(); }
  /// Bytes of the requests that were not answered yet.
  size_t request_bytes() const noexcept { return request_bytes_; }
  /// Bytes of the answers that wait for an earlier one.
  size_t reply_bytes() const noexcept { return reply_bytes_; }

private:
  struct entry {
    size_t request_bytes = 0;
    std::optional<chunks> answer;
  };

  std::deque<entry> entries_;
  /// Slot of the first entry.
  request_slot first_ = 0;
  size_t request_bytes_ = 0;
  size_t reply_bytes_ = 0;
};

} // namespace troupe::transport
