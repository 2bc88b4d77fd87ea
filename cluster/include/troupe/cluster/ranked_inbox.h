// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/mover_marks.h>
#include <troupe/cluster/offset_ranges.h>
#include <troupe/storage/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

using storage::offset_t;

/// The records of an inbox that wait to be moved to their topic, smallest
/// (rank, offset) first: what kinds have in common that put records into
/// another order. 16 bytes for each record that waits.
///
/// First it is told of the tail of the topic, from `mover_position::topic` to
/// the end (`found`, `scanned`), then of the inbox from `read_end` on, in
/// order, as long as it `wants_more`. At most one batch of moves is under way.
/// When an append fails, or nobody knows whether it did, the object is thrown
/// away and a new one built from the position stored last: the tail of the
/// topic tells what was moved, so no record is lost or moved twice.
///
/// No threads, no clock; owned by the one who moves.
class ranked_inbox {
public:
  /// A record of the topic's tail that was moved from that offset of the inbox.
  void found(offset_t inbox_offset);
  /// The tail ends here.
  void scanned(offset_t topic_end);

  /// Whether there is room for more. When not, what the inbox holds beyond has
  /// no rank yet and waits.
  bool wants_more() const noexcept;
  /// The next offset of the inbox to be told of.
  offset_t read_end() const noexcept { return read_end_; }
  /// The inbox holds nothing for this object below `end`.
  void skip_to(offset_t end);

  /// The batch under way is in the topic, from `base` on, and will stay there.
  void appended(offset_t base);

  /// Records that wait for their turn.
  size_t pending() const noexcept { return pending_.size(); }
  /// Memory that they take.
  size_t pending_bytes() const noexcept {
    return pending_.capacity() * sizeof(entry);
  }
  /// Where to begin again. Looks at all that waits when the oldest of them was
  /// moved since the last call (a millisecond for a million): meant for once in
  /// a while.
  mover_position position();

protected:
  /// A record that waits: smaller ranks go first, then smaller offsets.
  struct entry {
    int64_t rank;
    offset_t offset;

    auto operator<=>(const entry&) const = default;
  };
  static_assert(sizeof(entry) == 16);

  /// `inbox_end` as it is now: nothing is moved before all up to there has its
  /// rank, or the order would depend on crashes.
  ranked_inbox(const mover_position& from, offset_t inbox_end,
               size_t pending_max);

  /// The record at `offset`, not below `read_end`.
  void take(offset_t offset, int64_t rank);
  /// What goes next, if anything may go at all.
  std::optional<entry> first() const noexcept;
  /// Puts `first` into `batch`, which is under way from now on.
  void move_first();
  /// A batch was given out and has not been appended yet.
  bool under_way() const noexcept { return !batch_.empty(); }
  /// That batch: offsets of the inbox, in the order of the topic.
  const std::vector<offset_t>& batch() const noexcept { return batch_; }
  /// Where the topic ends, as far as this object was told.
  offset_t topic_end() const noexcept { return topic_end_; }

private:
  void advance(offset_t end);

  size_t pending_max_;
  offset_t inbox_end_;
  offset_t read_end_;
  offset_t topic_end_;
  bool scanned_ = false;
  /// All that was in the inbox at the start has its rank, or there was no room
  /// for it.
  bool settled_ = false;
  /// A heap, smallest first.
  std::vector<entry> pending_;
  /// Under way to the topic.
  std::vector<offset_t> batch_;
  /// Moved before this object was there, and not read yet.
  offset_ranges found_;
  mover_marks marks_;
  /// All below is finished; `floor_stale_`: perhaps more.
  offset_t floor_;
  bool floor_stale_ = true;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
