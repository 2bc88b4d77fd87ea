// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>
#include <troupe/storage/file_system.h>

#include <string>
#include <vector>

namespace troupe::cluster {

/// A snapshot is the file `<20-digit end offset>.checkpoint`: exactly one v2
/// batch, whose base offset is that end offset and whose values are the records
/// of `snapshot_of`. Its CRC and its length show whether it is whole.
std::string snapshot_path(const std::string& directory, offset_t end_offset);

/// End offsets of the snapshots in `directory`, newest first.
result<std::vector<offset_t>>
list_snapshots(storage::file_system& fs, const std::string& directory);

/// corrupt_log when the file is damaged, unsupported_format when a newer
/// version wrote it.
result<image_ptr> load_snapshot(storage::file_system& fs,
                                const std::string& directory,
                                offset_t end_offset);

/// Writes the snapshot of `image`; a crash leaves none or all of it. The image
/// must not be empty.
result<void> write_snapshot(storage::file_system& fs,
                            const std::string& directory,
                            const metadata_image& image, timestamp_ms now);

} // namespace troupe::cluster
