// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/snapshot_id.h>

#include <cstddef>
#include <vector>

namespace troupe::cluster {

/// A snapshot that a follower fetches piece by piece.
struct snapshot_download {
  snapshot_id id;
  std::vector<std::byte> bytes;
};

} // namespace troupe::cluster
