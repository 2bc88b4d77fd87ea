// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>

#include <cstdint>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Outcome of comparing somebody's leader epoch with ours (KIP-320).
enum class epoch_check : uint8_t { ok, fenced, unknown };

/// A client's: -1 passes always.
constexpr epoch_check
check_epoch(leader_epoch_t claimed, leader_epoch_t ours) noexcept {
  if (claimed == storage::no_leader_epoch || claimed == ours)
    return epoch_check::ok;
  return claimed < ours ? epoch_check::fenced : epoch_check::unknown;
}

} // namespace troupe::cluster

#pragma GCC visibility pop
