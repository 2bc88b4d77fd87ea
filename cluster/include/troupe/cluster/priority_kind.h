// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/kind_config.h>
#include <troupe/cluster/kind_headers.h>
#include <troupe/cluster/ranked_inbox.h>

#include <cstddef>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Decides what a partition with priorities shows next (docs/kinds.md): each
/// record once; a record of level L stands where one of level 0 would that was
/// produced L steps before it. Only a window of records is shown ahead of the
/// consumers, so that what is urgent can still overtake the rest.
///
/// A record of level L is overtaken only by records of higher levels that lie
/// less than (9 - L) steps behind it in the inbox, however many there are.
class priority_kind : public ranked_inbox {
public:
  /// Goes on from where the position stored last says; `inbox_end` is that of
  /// now.
  priority_kind(const priority_config& config, const mover_position& from,
                offset_t inbox_end);

  /// The next record of the inbox.
  void take(const storage::record_view& record);

  /// Consumers have committed that offset of the topic, or the topic begins
  /// there. A lower one than before is ignored.
  void consumed(offset_t topic_offset);

  /// Offsets of the inbox to append to the topic as one batch, in this order:
  /// at most `count_max`, and no more than the window has room for. Empty while
  /// a batch is under way.
  std::vector<offset_t> release(size_t count_max);

  /// Records wait for nothing but for room in the window: for `consumed`.
  bool awaits_consumers() const noexcept;

private:
  offset_t room() const noexcept;

  int64_t step_;
  offset_t window_;
  offset_t consumed_ = 0;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
