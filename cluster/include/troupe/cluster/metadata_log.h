// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/quorum_storage.h>
#include <troupe/storage/file_system.h>

#include <memory>
#include <optional>
#include <string>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Where the log lies and how large it gets.
struct metadata_log_options {
  /// Data directory that holds `__cluster_metadata-0`.
  std::string directory;
  /// Time of the opening, in milliseconds since 1970.
  timestamp_ms now = 0;
  /// Committed records behind the last snapshot before a new one is taken.
  int64_t snapshot_records = 20000;
  /// Size of a segment of the log; also the bound of one delta.
  int64_t segment_bytes = 32 << 20;
};

/// The metadata log of one node on its disk: storage::log, snapshots of what is
/// committed, and the vote. Owned by one thread; blocks.
///
///   start_offset     image()        end_offset
///        │─────────────│────────────────│
///        snapshot ...  committed        may still be truncated
///
/// How far the log is committed is not on the disk: after opening, image() is
/// that of the newest snapshot until the quorum knows more.
class metadata_log final : public quorum_storage {
public:
  /// Loads the newest snapshot, replays what follows, cuts a torn tail, and
  /// finishes an installation that a crash interrupted.
  static result<std::unique_ptr<metadata_log>>
  open(storage::file_system& fs, metadata_log_options options);

  ~metadata_log() override;

  /// What is committed.
  const image_ptr& image() const noexcept;
  /// What the log says up to its end, agreed on or not.
  const image_ptr& latest_image() const noexcept;

  /// For a node that decides alone: appends, syncs and commits in one step, and
  /// answers the new image. On any error nothing changed, except that after a
  /// failed sync no later append succeeds.
  result<image_ptr> append(const metadata_delta& delta, timestamp_ms now);

  /// Why the latest snapshot could not be written; it is tried again after
  /// another `snapshot_records`. Commits do not suffer from it.
  const std::optional<storage::error>& snapshot_error() const noexcept;

  /// Syncs and closes; only the destructor may follow.
  result<void> close();

  election_state election() const override;
  result<void> save_election(const election_state& x) override;

  offset_t start_offset() const override;
  leader_epoch_t start_epoch() const override;
  offset_t end_offset() const override;
  leader_epoch_t last_epoch() const override;
  std::pair<leader_epoch_t, offset_t>
  end_offset_of_epoch(leader_epoch_t epoch) const override;

  result<offset_t> append_as_leader(const quorum_entry& what,
                                    leader_epoch_t epoch,
                                    timestamp_ms now) override;
  result<offset_t>
  append_as_follower(const storage::buffer& batches, timestamp_ms now) override;
  result<void> truncate_to(offset_t offset) override;
  result<void> sync() override;
  result<storage::buffer> read(offset_t from, uint32_t bytes_max) override;

  /// The reference holds until the log changes.
  const std::vector<quorum_voter>& voters() const override;
  offset_t voters_offset() const override;
  const std::vector<quorum_voter>& voters_before() const override;

  result<void> commit(offset_t high_watermark, timestamp_ms now) override;

  std::optional<snapshot_id> newest_snapshot() const override;
  result<uint64_t> snapshot_size(const snapshot_id& id) override;
  result<storage::buffer> read_snapshot(const snapshot_id& id,
                                        uint64_t position,
                                        uint32_t bytes_max) override;
  result<void> install_snapshot(const snapshot_id& id,
                                std::span<const std::byte> bytes) override;

private:
  struct state;
  explicit metadata_log(std::unique_ptr<state> state);
  std::unique_ptr<state> state_;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
