// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/kind_config.h>
#include <troupe/cluster/kind_headers.h>
#include <troupe/cluster/mover_marks.h>
#include <troupe/cluster/offset_ranges.h>
#include <troupe/cluster/queue_step.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Decides what a queue's partition delivers, again and again until somebody
/// acknowledges it or it is a dead letter (docs/kinds.md).
///
///                  appended        consumed           time is up, release
///   (inbox) ─► delivering ─► unseen ─────► held ──────────────┬─► waiting
///                  ▲                                          │      │
///                  └──────────────── pause is over ───────────┼──────┘
///        accept, in any state: finished        last try, reject└─► burying
///
/// When it begins it is told, in this order: of the acknowledgements from
/// `mover_position::acknowledgements` to their end; of the tail of the topic
/// from `mover_position::topic` to its end (`found`, `scanned`); of the inbox
/// from `read_end` on, as long as it `wants_more`. After every call `decide`
/// may have something. One batch of deliveries is under way at most; when
/// its append, or that of a dead letter, fails or is doubtful, the object is
/// thrown away and a new one built from the position stored last.
///
/// Memory: 8 bytes for each record that waits for its first delivery, about 200
/// for each of the `queue_config::window` others. No threads, no clock.
class queue_kind {
public:
  /// Acknowledgements of other partitions are ignored.
  queue_kind(const queue_config& config, int32_t partition,
             const mover_position& from);

  /// A delivery in the tail of the topic, in the order of the topic.
  void found(const delivery_id& id, offset_t topic_offset);
  /// The tail ends here.
  void scanned(offset_t topic_end, timestamp_ms now);

  /// Whether there is room for more of the inbox.
  bool wants_more() const noexcept;
  /// The next offset of the inbox to be told of.
  offset_t read_end() const noexcept { return read_end_; }
  /// The record of the inbox at `offset`, not below `read_end`.
  void take(offset_t offset);
  /// The inbox holds nothing for this object below `end`.
  void skip_to(offset_t end);

  /// True when it counts. Not when the record is finished, was never delivered,
  /// is of another partition, or, for a release, was delivered once more since.
  bool acknowledged(const acknowledgement& x, timestamp_ms now);
  /// All acknowledgements below `end` were told.
  void acknowledgements_read_to(offset_t end);

  /// Consumers have got all of the topic below. Only then the time to
  /// acknowledge begins: with nobody there, nothing is tried in vain.
  void consumed(offset_t topic_end, timestamp_ms now);

  /// At most `count_max` steps. Deliveries among them are one batch for the
  /// topic, in this order.
  std::vector<queue_step> decide(timestamp_ms now, size_t count_max);
  /// The batch under way is in the topic, from `base` on, and will stay there.
  void appended(offset_t base, timestamp_ms now);

  /// Deliveries lie in the topic of which `consumed` has not told: their time
  /// to acknowledge has not begun.
  bool awaits_consumers() const noexcept { return !unseen_.empty(); }

  /// When `decide` has something to do without being told anything.
  std::optional<timestamp_ms> next_wake() const;

  /// Records delivered and not finished.
  size_t in_flight() const noexcept { return entries_.size(); }
  /// Records that wait for their first delivery.
  size_t fresh() const noexcept { return fresh_.size(); }
  /// Where to begin again after a restart; to be stored once in a while.
  mover_position position();

  /// Releases and rejections remembered while the tail of the topic is not
  /// known: as many as the largest window has records.
  static constexpr size_t early_verdicts_max = 1'000'000;

private:
  enum class phase : uint8_t { delivering, unseen, held, waiting, burying };

  struct entry {
    phase in = phase::delivering;
    int32_t attempt = 1;
    offset_t topic_offset = storage::no_offset;
    /// End of the time to acknowledge, or of the pause.
    timestamp_ms alarm_ms = 0;
    /// Of its burial.
    std::string_view reason;
  };
  using entry_map = std::map<offset_t, entry>;

  /// What was said of a delivery, kept until the tail of the topic is known.
  struct early_verdict {
    int32_t attempt = 1;
    delivery_verdict verdict = delivery_verdict::accept;
  };

  bool remember(const acknowledgement& x);
  void advance(offset_t end);
  void set_alarm(entry_map::iterator i, phase in, timestamp_ms at);
  void clear_alarm(entry_map::iterator i);
  void finish(entry_map::iterator i);
  void bury(entry_map::iterator i, std::string_view reason);
  /// Another try when the pause from `failed` on is over, unless this was the
  /// last.
  void
  retry(entry_map::iterator i, std::string_view reason, timestamp_ms failed);
  void start_clocks(timestamp_ms now);
  void ring_alarms(timestamp_ms now, size_t count_max,
                   std::vector<queue_step>& steps);
  void deliver(offset_t offset, entry& x, std::vector<queue_step>& steps);
  timestamp_ms pause_after(int32_t attempt) const noexcept;

  queue_config config_;
  int32_t partition_;
  offset_t read_end_;
  offset_t topic_end_;
  offset_t acknowledgements_end_;
  offset_t consumed_ = 0;
  offset_t found_last_ = storage::no_offset;
  bool scanned_ = false;
  /// Never delivered.
  std::deque<offset_t> fresh_;
  /// Delivered and not finished.
  entry_map entries_;
  /// (alarm, offset) of those that are held or waiting.
  std::set<std::pair<timestamp_ms, offset_t>> alarms_;
  /// (topic offset, offset) of those that are unseen, and of some that were.
  std::deque<std::pair<offset_t, offset_t>> unseen_;
  std::deque<offset_t> burials_;
  std::vector<offset_t> batch_;
  /// Accepted, whether delivered or not; until the tail is scanned.
  offset_ranges accepted_;
  /// Delivered and accepted, but not read yet.
  offset_ranges finished_;
  std::map<offset_t, early_verdict> early_;
  mover_marks marks_;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
