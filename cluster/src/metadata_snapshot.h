// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>
#include <troupe/storage/file_system.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace troupe::cluster {

/// A snapshot is the file `<20-digit end offset>.checkpoint`: exactly one v2
/// batch, whose base offset is that end offset, whose leader epoch is that of
/// the last record it covers, and whose values are the records of
/// `snapshot_of`. Its CRC and its length show whether it is whole.
std::string snapshot_path(const std::string& directory, offset_t end_offset);

/// End offsets of the snapshots in `directory`, newest first.
result<std::vector<offset_t>>
list_snapshots(storage::file_system& fs, const std::string& directory);

/// What a snapshot says.
struct snapshot_content {
  image_ptr image;
  leader_epoch_t last_epoch = storage::no_leader_epoch;
};

/// corrupt_log when the bytes are damaged or say what cannot be,
/// unsupported_format when a newer version wrote them.
result<snapshot_content>
decode_snapshot(std::span<const std::byte> bytes, offset_t end_offset);

/// `decode_snapshot` of the file.
result<snapshot_content> load_snapshot(storage::file_system& fs,
                                       const std::string& directory,
                                       offset_t end_offset);

/// Writes the snapshot of `image`; a crash leaves none or all of it. The image
/// must not be empty.
result<void> write_snapshot(storage::file_system& fs,
                            const std::string& directory,
                            const metadata_image& image,
                            leader_epoch_t last_epoch, timestamp_ms now);

/// If a snapshot was about to take the place of the log, lets it: the log is
/// empty then and begins at its end.
result<void>
finish_installation(storage::file_system& fs, const std::string& directory);

} // namespace troupe::cluster
