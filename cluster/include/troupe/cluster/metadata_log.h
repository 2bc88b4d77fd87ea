// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_record.h>
#include <troupe/storage/log.h>

#include <memory>
#include <optional>
#include <string>

namespace troupe::cluster {

struct metadata_log_options {
  /// Data directory that holds `__cluster_metadata-0`.
  std::string directory;
  timestamp_ms now = 0;
  /// Records behind the last snapshot before a new one is taken.
  int64_t snapshot_records = 20000;
  /// Size of a segment of the log; also the bound of one delta.
  int64_t segment_bytes = 32 << 20;
};

/// The durable local log of metadata deltas: storage::log plus snapshots. The
/// replicated quorum will take its place; readers only see images. Owned by
/// one thread; blocks (appends are synced before they count).
class metadata_log {
public:
  /// Loads the newest snapshot, replays what follows, cuts a torn tail.
  static result<std::unique_ptr<metadata_log>>
  open(storage::file_system& fs, metadata_log_options options);

  ~metadata_log();

  /// The image of everything that is durable.
  const image_ptr& image() const noexcept;

  /// Checks `delta` against the image, appends it as one batch, syncs, and
  /// answers the new image. On any error nothing changed, except that after a
  /// failed sync no later append succeeds.
  result<image_ptr> append(const metadata_delta& delta, timestamp_ms now);

  /// Why the latest snapshot could not be written; it is tried again after
  /// another `snapshot_records`. Appends do not suffer from it.
  const std::optional<storage::error>& snapshot_error() const noexcept;

  /// Syncs and closes; only the destructor may follow.
  result<void> close();

private:
  struct state;
  explicit metadata_log(std::unique_ptr<state> state);
  std::unique_ptr<state> state_;
};

} // namespace troupe::cluster
