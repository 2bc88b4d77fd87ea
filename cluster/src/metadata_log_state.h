// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <metadata_replay.h>
#include <troupe/cluster/metadata_log.h>
#include <troupe/storage/log.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace troupe::cluster {

/// What a metadata log is made of. Its functions are spread by responsibility:
/// metadata_log.cpp (life cycle, questions), metadata_log_append.cpp
/// (appending, truncating, syncing), metadata_log_commit.cpp (images and
/// snapshots), metadata_log_install.cpp (snapshots that a leader sent).
struct metadata_log::state {
  state(storage::file_system& fs, metadata_log_options options);

  result<void> open();
  result<void> open_log();
  /// Lets the log begin where a snapshot ends, so that the epoch below its
  /// start is known.
  result<void> align_start();
  result<void> load_election();

  result<void> check_usable() const;
  /// Nothing is taken any more; answers why.
  tl::unexpected<storage::error> stop(storage::error why);

  /// Makes `latest` what the log says up to its end.
  result<void> replay_latest();
  result<offset_t> append_delta(const metadata_delta& delta,
                                leader_epoch_t epoch, timestamp_ms now);
  /// Before what a crash may leave torn from this offset on.
  result<void> mark_unsynced(offset_t from);
  /// Before so many batches are appended: a crash may tear all those that no
  /// sync has covered, and opening must know when that is more than one.
  result<void> expect_batches(size_t count);
  result<void> sync();

  result<void> take_snapshot(timestamp_ms now);
  result<void> remove_what_snapshots_cover(const snapshot_id& older,
                                           const snapshot_id& newer);
  result<void> forget_records_before(offset_t offset);

  storage::file_system& fs;
  metadata_log_options options;
  std::string directory;
  std::unique_ptr<storage::log> log;
  replayed_metadata committed;
  /// At the end of the log. The image is the committed one if nothing is
  /// between them.
  replayed_metadata latest;
  election_state election;
  /// The newest snapshot known to be whole.
  std::optional<snapshot_id> snapshot;
  /// Of the entry just below the start of the log.
  leader_epoch_t start_epoch = storage::no_leader_epoch;
  /// From this offset on the next snapshot is due.
  offset_t snapshot_due = 0;
  std::optional<storage::error> snapshot_error;
  /// Batches that no sync has covered, and where they begin.
  size_t unsynced_batches = 0;
  offset_t unsynced_from = 0;
  /// See metadata_log_files.h.
  std::optional<offset_t> unsynced_mark;
  /// Why nothing can be written any more.
  std::optional<storage::error> stopped;
};

} // namespace troupe::cluster
