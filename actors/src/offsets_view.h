// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/log_view.h>
#include <troupe/storage/result.h>
#include <troupe/storage/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace troupe::actors {

/// Keys and values of one offsets partition: its `log_view`, and in front of
/// it in memory what was appended since. A group that commits a hundred times
/// a second so costs the view one write. Blocks; one thread.
///
/// Records count only below the high watermark, whoever hands them in: no
/// leader takes those back. An unclean election may, therefore the view also
/// knows the leader epoch of its newest record, by which its owner finds that
/// the log went another way.
class offsets_view {
public:
  /// Keys held in memory before the view must take them.
  static constexpr size_t pending_keys_max = 8192;

  offsets_view(storage::topic_partition name, storage::log_view& below)
      : name_(std::move(name)), below_(below) {}

  /// How far the view has come if it belongs to this log, [start, end);
  /// otherwise it is emptied and begins at `start`.
  result<storage::offset_t> open(const storage::uuid& topic_id,
                                 storage::offset_t start,
                                 storage::offset_t end);

  /// The last value of a key counts; none removes it.
  void put(std::string key, std::optional<std::string> value);
  /// All records before `end` were put; the newest is of that epoch.
  void advance(storage::offset_t end, storage::leader_epoch_t epoch) noexcept {
    end_offset_ = end;
    leader_epoch_ = epoch;
  }
  storage::offset_t end_offset() const noexcept { return end_offset_; }
  /// Of the newest record; -1 when it is not known or there is none.
  storage::leader_epoch_t leader_epoch() const noexcept {
    return leader_epoch_;
  }
  /// Forgets everything: the view begins at `start` anew.
  result<void>
  begin_anew(const storage::uuid& topic_id, storage::offset_t start);

  bool full() const noexcept { return pending_.size() >= pending_keys_max; }
  bool behind() const noexcept { return view_end_offset_ != end_offset_; }
  /// Hands everything to the view.
  result<void> update();

  result<std::optional<std::string>> get(const std::string& key);
  /// Updates the view first.
  result<void> scan(std::string_view prefix, const storage::view_visitor& x);
  /// The partition is gone.
  result<void> erase();

private:
  result<void> read_leader_epoch();

  storage::topic_partition name_;
  storage::log_view& below_;
  std::unordered_map<std::string, std::optional<std::string>> pending_;
  storage::offset_t view_end_offset_ = 0;
  storage::offset_t end_offset_ = 0;
  storage::leader_epoch_t view_leader_epoch_ = storage::no_leader_epoch;
  storage::leader_epoch_t leader_epoch_ = storage::no_leader_epoch;
};

} // namespace troupe::actors
