// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>

#include <cstdint>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// A leader asks the controller to change who is in sync (KIP-497). It counts
/// only once an image says so.
struct isr_proposal {
  leader_epoch_t leader_epoch = 0;
  /// Of the registration that it is based on.
  int32_t partition_epoch = 0;
  std::vector<node_id> isr;
  /// The lives of those members, in their order; nil where none is known.
  std::vector<uuid> incarnations;

  bool operator==(const isr_proposal&) const = default;
};

/// What became of a proposal, as far as its leader can know.
enum class isr_answer : uint8_t {
  /// An image with it will come.
  accepted,
  /// The partition has changed since: a newer image will come, perhaps with
  /// an earlier try of this proposal in it.
  stale,
  /// No answer, or not from the controller: it may have been accepted.
  unknown,
  /// It was not and will not be accepted.
  refused,
};

} // namespace troupe::cluster

#pragma GCC visibility pop
