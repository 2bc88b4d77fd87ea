// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>
#include <troupe/storage/log.h>

#include <memory>
#include <optional>
#include <string>

namespace troupe::cluster {

/// Where a replay begins.
struct loaded_snapshot {
  /// Empty without a snapshot.
  image_ptr image = std::make_shared<const metadata_image>();
  std::optional<offset_t> end_offset;
};

/// The newest snapshot that is whole. A damaged one is passed over: the log
/// still has everything since the one before it.
result<loaded_snapshot>
load_newest_snapshot(storage::file_system& fs, const std::string& directory);

/// `image` with all of the log that is not in it. Fails when snapshot and log
/// do not meet: the records between them would be lost.
result<image_ptr> replay(storage::log& log, image_ptr image);

} // namespace troupe::cluster
