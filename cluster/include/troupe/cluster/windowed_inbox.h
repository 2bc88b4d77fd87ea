// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/ranked_inbox.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Decides what a partition shows next whose records have ranks: each record
/// once, the smallest rank first. Only a window of records is shown ahead of
/// the consumers, so that what comes with a smaller rank can still overtake the
/// rest.
class windowed_inbox : public ranked_inbox {
public:
  /// Each at least 1.
  struct bounds {
    /// Records that may be visible beyond what consumers have consumed.
    int64_t window = 500;
    /// Records that may wait here to be visible.
    size_t pending_max = 1'000'000;
  };

  /// Goes on from where the position stored last says; `inbox_end` is that of
  /// now.
  windowed_inbox(const bounds& x, const mover_position& from,
                 offset_t inbox_end);

  /// The record at `offset`, not below `read_end`.
  using ranked_inbox::take;

  /// Consumers have consumed the topic up to there, or it begins there. A lower
  /// offset than before is ignored.
  void consumed(offset_t topic_offset);

  /// Offsets of the inbox to append to the topic as one batch, in this order:
  /// at most `count_max`, and no more than the window has room for. Empty while
  /// a batch is under way.
  std::vector<offset_t> release(size_t count_max);

  /// Records wait for nothing but for room in the window: for `consumed`.
  bool awaits_consumers() const noexcept;

private:
  offset_t room() const noexcept;

  offset_t window_;
  offset_t consumed_ = 0;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
