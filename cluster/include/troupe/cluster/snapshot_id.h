// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Names a snapshot of the metadata: everything below `end_offset`, where
/// `epoch` is that of the last entry in it. Two of the same name are equal.
struct snapshot_id {
  offset_t end_offset = 0;
  leader_epoch_t epoch = 0;

  bool operator==(const snapshot_id&) const = default;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
