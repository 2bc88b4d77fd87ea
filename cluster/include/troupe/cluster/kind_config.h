// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/topic_kind.h>

#include <cstddef>
#include <cstdint>
#include <string>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Settings of a delayed partition.
struct delayed_config {
  /// `troupe.delay.max.ms`: the longest delay, from the record's timestamp.
  int64_t delay_max_ms = 604'800'000;
  /// `troupe.pending.max`: records known and not yet visible.
  size_t pending_max = 1'000'000;
};

/// Settings of a partition with priorities.
struct priority_config {
  /// `troupe.priority.step`: records that one level lets a record overtake.
  int64_t step = 1'000;
  /// `troupe.priority.window`: how many records may be visible beyond what
  /// consumers have committed; at least 1.
  int64_t window = 500;
  /// `troupe.priority.group`: whose commits count; empty: of all groups the
  /// one that is furthest.
  std::string group;
  /// `troupe.pending.max`.
  size_t pending_max = 1'000'000;
};

/// Settings of a queue's partition.
struct queue_config {
  /// `troupe.queue.visibility.ms`: time to acknowledge a delivery, from when a
  /// consumer got it; at least 1.
  int64_t visibility_ms = 30'000;
  /// `troupe.queue.backoff.ms`: the pause before the second delivery. It
  /// doubles with each further one.
  int64_t backoff_ms = 1'000;
  /// `troupe.queue.backoff.max.ms`: the longest pause.
  int64_t backoff_max_ms = 60'000;
  /// `troupe.queue.tries.max`: deliveries of one record; at least 1.
  int32_t tries_max = 5;
  /// `troupe.queue.window`: records delivered and not finished; at least 1.
  size_t window = 1'000;
  /// `troupe.pending.max`.
  size_t pending_max = 1'000'000;
};

/// The kind of a topic's partitions with its settings; those of the other
/// kinds are there without effect.
struct kind_config {
  /// `troupe.kind`.
  topic_kind kind = topic_kind::log;
  /// For `topic_kind::delayed`.
  delayed_config delayed;
  /// For `topic_kind::priority`.
  priority_config priority;
  /// For `topic_kind::queue`.
  queue_config queue;
  /// `troupe.custom.kind`, for `topic_kind::custom`: its name in the program.
  std::string custom_name;
};

/// As the topic's configuration in force says.
kind_config make_kind_config(const config_map& overrides);

} // namespace troupe::cluster

#pragma GCC visibility pop
