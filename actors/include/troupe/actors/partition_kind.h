// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/mover_marks.h>
#include <troupe/cluster/queue_step.h>
#include <troupe/storage/record_batch.h>
#include <troupe/storage/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe {

/// What a kind must know of the consumers of its topic.
enum class consumer_news : uint8_t {
  nothing,
  /// How far they have fetched.
  fetched,
  /// How far they have committed.
  committed,
};

/// Decides when which records of a partition become visible (docs/kinds.md):
/// what was produced lies in the partition's inbox, and a mover appends it to
/// the topic as the kind says. The kinds built in are such objects, and a
/// program may bring its own (`node_options::kinds`).
///
/// It is told, in this order, of the acknowledgements up to their end, of the
/// topic's tail (`found`, `scanned`), then of the inbox from `read_end` on as
/// long as it `wants_more`. After every call `decide` may have something. When
/// anything fails, or a call throws, it is thrown away, and a new one begins at
/// the position stored last after a pause: what lies in the topic's tail tells
/// what was moved.
///
/// One object for each partition that this node leads, called by its mover
/// only, on the partition's lane: no call may block, or take long. No clock:
/// `now` is the node's, which may jump.
class partition_kind {
public:
  virtual ~partition_kind() = default;

  /// A record of `T.acks`. A kind without any ignores it.
  virtual void
  acknowledged(const storage::record_view& record, storage::timestamp_ms now);
  /// All of them below `end` were told.
  virtual void acknowledgements_read_to(storage::offset_t end);

  /// The record of the inbox at `inbox_offset` lies in the topic's tail, for
  /// the `attempt`th time; in the order of the topic.
  virtual void found(storage::offset_t inbox_offset, int32_t attempt,
                     storage::offset_t topic_offset) = 0;
  /// The tail ends here.
  virtual void
  scanned(storage::offset_t topic_end, storage::timestamp_ms now) = 0;

  /// Whether there is room for more of the inbox: its memory has a bound.
  virtual bool wants_more() const = 0;
  /// The next offset of the inbox to be told of. `take` and `skip_to` must
  /// move it on.
  virtual storage::offset_t read_end() const = 0;
  /// The next record of the inbox. The view lives as long as the call.
  virtual void take(const storage::record_view& record) = 0;
  /// The inbox holds nothing for it below `end`.
  virtual void skip_to(storage::offset_t end) = 0;
  /// What is wrong with that record's headers, for the header `troupe.reason`:
  /// static text, empty when nothing.
  virtual std::string_view fault_of(const storage::record_view& record) const;

  /// What `consumed` shall tell; always the same.
  virtual consumer_news watches() const;
  /// The group whose commits count; empty: the one that is furthest.
  virtual std::string_view watched_group() const;
  /// Consumers have fetched, or committed, all of the topic below.
  virtual void
  consumed(storage::offset_t topic_offset, storage::timestamp_ms now);
  /// Whether that may bring it on.
  virtual bool awaits_consumers() const;

  /// What to do next with records of the inbox, each below `read_end` and named
  /// once, at most `count_max`; the deliveries among them are one batch, in
  /// this order. Nothing while one is under way.
  virtual std::vector<cluster::queue_step>
  decide(storage::timestamp_ms now, size_t count_max) = 0;
  /// The deliveries are in the topic, from `base` on, for good.
  virtual void appended(storage::offset_t base, storage::timestamp_ms now) = 0;
  /// When `decide` has something without being told anything; none: never.
  virtual std::optional<storage::timestamp_ms> next_wake() const;
  /// No record waits for anything.
  virtual bool idle() const = 0;
  /// Where to begin again after a restart. The inbox and the acknowledgements
  /// are deleted below it: never beyond a record that is still to be moved.
  virtual cluster::mover_position position() = 0;
};

/// What a kind is made for.
struct partition_kind_settings {
  storage::topic_partition partition;
  /// The topic's own configuration, as far as it differs from the defaults;
  /// `troupe.custom.settings` is the kind's to read.
  std::map<std::string, std::string> configs;
  /// Where to begin.
  cluster::mover_position from;
  /// The end of the inbox, as it is now.
  storage::offset_t inbox_end = 0;
};

/// Makes a kind; called on any lane, by several at once. When it throws, or
/// makes none, it is asked again after a pause, and nothing is moved meanwhile.
using partition_kind_factory = std::function<std::unique_ptr<partition_kind>(
    const partition_kind_settings&)>;

} // namespace troupe

#pragma GCC visibility pop
