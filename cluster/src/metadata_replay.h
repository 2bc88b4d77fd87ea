// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/quorum_storage.h>
#include <troupe/storage/log.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace troupe::cluster {

/// What the metadata log says up to `image->end_offset`.
struct replayed_metadata {
  image_ptr image = std::make_shared<const metadata_image>();
  /// Of the record that made the image's voters; in a snapshot: just below its
  /// end.
  offset_t voters_offset = storage::no_offset;
  /// Those before that record; none in a snapshot.
  std::vector<quorum_voter> voters_before = {};
  /// Epoch of the last batch.
  leader_epoch_t last_epoch = storage::no_leader_epoch;
};

/// Where a replay begins.
struct loaded_snapshot {
  /// Empty without a snapshot.
  replayed_metadata metadata;
  std::optional<snapshot_id> id;
};

/// The newest snapshot that is whole. A damaged one is passed over: the log
/// still has everything since the one before it.
result<loaded_snapshot>
load_newest_snapshot(storage::file_system& fs, const std::string& directory);

/// What a snapshot with this image says.
replayed_metadata metadata_of(image_ptr image, leader_epoch_t last_epoch);

/// `before` and then the records of `delta`, all of one batch or of several
/// whose last one has this epoch.
result<replayed_metadata> apply_after(const replayed_metadata& before,
                                      const metadata_delta& delta,
                                      leader_epoch_t last_epoch);

/// Applies the batches that `bytes` consist of, all at once. Foreign bytes:
/// corrupt_batch unless they are whole, continue where `before` ends and have
/// epochs that do not go back, unsupported_format when a newer version wrote
/// them, invalid_argument when they contradict `before`.
result<replayed_metadata> apply_batches(const replayed_metadata& before,
                                        std::span<const std::byte> bytes);

/// `before` with all of the log that lies below `end` and is not in it. Fails
/// when they do not meet: the records between them would be lost.
result<replayed_metadata>
replay(storage::log& log, replayed_metadata before, offset_t end);

/// The bytes of `slice`, in memory.
result<storage::buffer> load(const storage::file_slice& slice);

} // namespace troupe::cluster
