// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>

#include <cstdint>
#include <string_view>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// What a queue wants done with a record of its inbox.
struct queue_step {
  /// The possible steps.
  enum class kind : uint8_t {
    /// Append it to the topic.
    deliver,
    /// Append it to the dead letters, and when it is there for good, an
    /// acknowledgement that accepts it, which is what finishes it. A crash
    /// between the two makes a second dead letter.
    bury,
  };
  kind what = kind::deliver;
  storage::offset_t offset = 0;
  /// Of this delivery, or of the last one.
  int32_t attempt = 1;
  /// Why it is buried: static text.
  std::string_view reason;

  bool operator==(const queue_step&) const = default;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
