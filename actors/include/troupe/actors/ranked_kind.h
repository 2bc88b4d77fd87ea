// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/partition_kind.h>
#include <troupe/cluster/windowed_inbox.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe {

/// A kind that puts records into another order: each record becomes visible
/// once, and of those that wait the one with the smallest rank first. Only a
/// window of records is visible ahead of what consumers have committed. The
/// kind `priority` is one; derive from it for another order.
///
/// `troupe.priority.window`, `troupe.priority.group` and `troupe.pending.max`
/// of the topic are in force. 16 bytes for each record that waits.
class ranked_kind : public partition_kind {
public:
  /// As the settings of the topic say.
  explicit ranked_kind(const partition_kind_settings& settings);

  void found(storage::offset_t inbox_offset, int32_t attempt,
             storage::offset_t topic_offset) override;
  void scanned(storage::offset_t topic_end, storage::timestamp_ms now) override;
  bool wants_more() const override;
  storage::offset_t read_end() const override;
  void take(const storage::record_view& record) override;
  void skip_to(storage::offset_t end) override;
  consumer_news watches() const override;
  std::string_view watched_group() const override;
  void
  consumed(storage::offset_t topic_offset, storage::timestamp_ms now) override;
  bool awaits_consumers() const override;
  std::vector<cluster::queue_step>
  decide(storage::timestamp_ms now, size_t count_max) override;
  void appended(storage::offset_t base, storage::timestamp_ms now) override;
  bool idle() const override;
  cluster::mover_position position() override;

private:
  /// Asked once for each record, in the order of the inbox; again after a
  /// restart, beginning somewhere at or before the oldest record that waits.
  virtual int64_t rank_of(const storage::record_view& record) = 0;

  cluster::windowed_inbox inbox_;
  std::string group_;
};

} // namespace troupe

#pragma GCC visibility pop
