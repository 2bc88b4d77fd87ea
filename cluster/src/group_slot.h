// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <classic_group.h>

#include <cstdint>
#include <optional>

namespace troupe::cluster {

/// A group as its coordinator holds it.
struct group_slot {
  classic_group group;
  /// Under which time the group stands in the coordinator's deadlines.
  std::optional<int64_t> indexed_ms;
};

} // namespace troupe::cluster
