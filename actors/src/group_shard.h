// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offsets_view.h"

#include <troupe/cluster/group_coordinator.h>
#include <troupe/cluster/group_record_codec.h>
#include <troupe/storage/buffer.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// The groups of one offsets partition without an actor around them: loads
/// them from the view and the log, and makes batches of what they decide.
///
///             open               loaded up to the end
///   (closed) ──────► loading ─────────────────────────► serving
///       ▲               │                                  │
///       └───────────────┴──────────────────────────────────┘
///                         fail: disk, log or append
///
/// One batch is being appended at a time. What is decided meanwhile gathers
/// for the next one; answers leave when their records are in the log.
class group_shard {
public:
  enum class phase : uint8_t { closed, loading, serving };

  /// Records of a batch, about; a single decision may need more.
  static constexpr size_t batch_bytes_max = 512 * 1024;

  group_shard(storage::topic_partition name, cluster::group_config config,
              storage::log_view& view)
      : name_(std::move(name)), config_(config), offsets_(name_, view) {}

  phase state() const noexcept { return phase_; }
  const storage::topic_partition& name() const noexcept { return name_; }

  // -- loading ----------------------------------------------------------------

  /// Takes what the view knows of the groups. Afterwards `next_offset` is the
  /// first record to `load`.
  result<void> open(const storage::uuid& topic_id, storage::offset_t log_start,
                    storage::offset_t log_end, uint64_t seed);
  storage::offset_t next_offset() const noexcept {
    return offsets_.end_offset();
  }
  /// Whole batches, the first of which holds `next_offset`.
  result<void> load(std::span<const std::byte> batches);
  /// Answers are given from now on.
  void loaded(cluster::group_time now);

  /// The topics that there are, at any time.
  void know_topics(std::shared_ptr<const cluster::group_topics> topics);

  // -- serving ----------------------------------------------------------------

  /// While serving.
  cluster::group_coordinator& groups() noexcept { return *groups_; }
  offsets_view& offsets() noexcept { return offsets_; }

  void take(cluster::group_effects x);
  void take(std::vector<cluster::group_effects> xs);
  /// What may leave, in order.
  std::vector<cluster::group_answer> answers();
  /// The next batch, if there is something to append and none is in flight;
  /// `appended` or `fail` tells what became of it.
  std::optional<storage::buffer> next_batch(storage::timestamp_ms now);
  /// The batch is in the log, which now ends at `end`.
  void appended(storage::offset_t end);

  /// Gives up: everybody who waits is answered with `error`.
  void fail(cluster::group_error error);

  /// All offsets of a group whose commits were answered.
  result<std::vector<cluster::offset_commit>>
  acknowledged(const std::string& group_id);
  /// The same with what is on its way to the log: what a removal must remove.
  result<std::vector<cluster::offset_commit>>
  stored(const std::string& group_id);
  /// One acknowledged offset.
  result<std::optional<cluster::offset_commit>>
  find(const std::string& group_id, const storage::topic_partition& tp);

private:
  struct change {
    std::string key;
    std::optional<std::string> value;
  };

  result<void> load_groups();
  void load_record(std::string_view key, std::optional<std::string_view> value);
  /// The last change of each key of `in_flight_`.
  void encode_changes();
  void release_group(const std::string& group_id);

  storage::topic_partition name_;
  cluster::group_config config_;
  offsets_view offsets_;
  /// Null before the first image.
  std::shared_ptr<const cluster::group_topics> topics_;
  std::optional<cluster::group_coordinator> groups_;
  phase phase_ = phase::closed;

  std::vector<cluster::group_effects> gathered_;
  std::vector<cluster::group_effects> in_flight_;
  std::vector<change> changes_;
  /// Effects of each group in the two above: later ones wait for them.
  std::unordered_map<std::string, size_t> waiting_;
  std::vector<cluster::group_answer> answers_;
};

} // namespace troupe::actors
