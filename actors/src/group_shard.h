// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offsets_view.h"

#include <troupe/cluster/group_coordinator.h>
#include <troupe/cluster/group_record_codec.h>
#include <troupe/storage/buffer.h>
#include <troupe/storage/record_batch.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// The groups of one offsets partition without an actor around them: keeps the
/// view abreast of a log that another node leads, loads the groups from view
/// and log when this node leads it, and makes batches of what they decide.
///
///             open             lead           loaded up to the end
///   (closed) ──────► following ─────► loading ───────────────────► serving
///       ▲                │               │                            │
///       └────────────────┴───────────────┴────────────────────────────┘
///                  fail: disk, log or append, another leader
///
/// All that is applied lies below the high watermark: a record that a new
/// leader may cut off again is in no view.
///
/// One batch is being appended at a time. What is decided meanwhile gathers
/// for the next one; answers leave when their records are in the log.
class group_shard {
public:
  enum class phase : uint8_t { closed, following, loading, serving };

  /// Records of a batch, about; a single decision may need more.
  static constexpr size_t batch_bytes_max = 512 * 1024;

  group_shard(storage::topic_partition name, cluster::group_config config,
              storage::log_view& view)
      : name_(std::move(name)), config_(config), offsets_(name_, view) {}

  phase state() const noexcept { return phase_; }
  const storage::topic_partition& name() const noexcept { return name_; }

  // -- following and loading --------------------------------------------------

  /// Takes up the view, or begins a new one when it is none of this log.
  result<void> open(const storage::uuid& topic_id, storage::offset_t log_start,
                    storage::offset_t log_end);
  /// Takes what the view knows of the groups; the rest is still to `load`.
  result<void> lead(storage::leader_epoch_t epoch, uint64_t seed);
  /// The first record that is not applied.
  storage::offset_t next_offset() const noexcept {
    return offsets_.end_offset();
  }
  /// Where to read on: at first one record back, to see whether the log still
  /// holds what the view ends with.
  storage::offset_t read_from() const noexcept {
    return next_offset() - (unproven_ ? 1 : 0);
  }
  /// Whole batches from `read_from` on, all below the high watermark; none:
  /// nothing is left there. A view that took another way than the log begins
  /// anew.
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

  /// The append in flight takes long: whoever waits for it, or for its turn
  /// behind it, is answered with `error` now. What was decided stays, and goes
  /// to the log all the same.
  void refuse_waiting(cluster::group_error error);

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
  /// Whether the first batch is the one that the view ends with.
  result<void> prove(const storage::batch_header& first);
  result<void>
  load_batch(std::span<const std::byte> bytes, const storage::batch_header& x);
  void make_groups();
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
  storage::uuid topic_id_;
  storage::offset_t log_start_ = 0;
  storage::leader_epoch_t leader_epoch_ = storage::no_leader_epoch;
  uint64_t seed_ = 0;
  /// The view's newest record was not compared with the log yet.
  bool unproven_ = false;

  std::vector<cluster::group_effects> gathered_;
  std::vector<cluster::group_effects> in_flight_;
  std::vector<change> changes_;
  /// Effects of each group in the two above: later ones wait for them.
  std::unordered_map<std::string, size_t> waiting_;
  std::vector<cluster::group_answer> answers_;
};

} // namespace troupe::actors
