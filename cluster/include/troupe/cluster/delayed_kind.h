// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/kind_config.h>
#include <troupe/cluster/kind_headers.h>
#include <troupe/cluster/ranked_inbox.h>

#include <cstddef>
#include <optional>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Decides when a delayed partition shows what (docs/kinds.md): each record
/// once, not before it is due, those that wait in the order of (due, offset).
class delayed_kind : public ranked_inbox {
public:
  /// Goes on from where the position stored last says; `inbox_end` is that of
  /// now.
  delayed_kind(const delayed_config& config, const mover_position& from,
               offset_t inbox_end);

  /// The next record of the inbox.
  void take(const storage::record_view& record);

  /// Offsets of the inbox to append to the topic as one batch, in this order:
  /// at most `count_max` of those that are due. Empty while one is under way.
  std::vector<offset_t> release(timestamp_ms now, size_t count_max);

  /// When `release` has something; nothing while a batch is under way or there
  /// is more of the inbox to read first.
  std::optional<timestamp_ms> next_wake() const;

private:
  int64_t delay_max_ms_;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
