// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/result.h>
#include <troupe/storage/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#pragma GCC visibility push(default)

namespace troupe::storage {

/// How far a view has read its log.
struct view_position {
  /// Incarnation of the topic whose log it is.
  uuid topic_id;
  /// Every record before it was applied.
  offset_t end_offset = 0;

  bool operator==(const view_position&) const = default;
};

/// The records that a set of changes stands for: [begin, end).
struct applied_range {
  offset_t begin = 0;
  offset_t end = 0;
};

/// What records did to one key. The bytes are the caller's own.
struct view_change {
  std::string_view key;
  /// None: the key goes.
  std::optional<std::string_view> value;
};

/// Called for each key in order, with its value; false ends the scan. It must
/// not call the view.
using view_visitor = std::function<bool(std::string_view, std::string_view)>;

/// Ordered keys and values that follow from the records of a log, one such map
/// per partition, and the offset up to which the log was applied. The two
/// change together, so that after a crash a view may be old but never claims
/// records that it does not hold. What a crash took is applied again from the
/// log (ADR 0005).
///
/// Thread safe, with one writer per partition. May block: called from detached
/// actors only.
class log_view {
public:
  virtual ~log_view() = default;

  /// How far the view of `tp` has come; none when there is none.
  virtual result<std::optional<view_position>>
  position(const topic_partition& tp) = 0;

  /// Empties the view and makes it begin at `start`: the first records, or a
  /// log that was truncated or lost. Survives a power cut when it returns,
  /// because the log may go on to reuse the offsets.
  virtual result<void>
  reset(const topic_partition& tp, const view_position& start) = 0;

  /// Applies changes in their order and moves the position to `range.end`, both
  /// or nothing. errc::offset_out_of_range when the view does not end at
  /// `range.begin`: ask for its position and go on from there. That happens
  /// when the database had to be opened again after it failed; until its
  /// position was asked for, a view that went back answers nothing else.
  virtual result<void> apply(const topic_partition& tp, applied_range range,
                             std::span<const view_change> changes) = 0;

  /// The value of one key; none when there is no such key, or no view.
  virtual result<std::optional<std::string>>
  get(const topic_partition& tp, std::string_view key) = 0;

  /// Visits the keys that begin with `prefix`, as they are at this moment.
  virtual result<void> scan(const topic_partition& tp, std::string_view prefix,
                            const view_visitor& visit) = 0;

  /// Removes the view of a partition that is gone. Survives a power cut.
  virtual result<void> erase(const topic_partition& tp) = 0;

  /// Makes what was applied survive a power cut: for a clean stop. Otherwise
  /// it reaches the disk when enough has gathered.
  virtual result<void> flush() = 0;
};

/// Keeps everything in memory: tests and throw-away nodes.
std::unique_ptr<log_view> make_memory_log_view();

} // namespace troupe::storage

#pragma GCC visibility pop
