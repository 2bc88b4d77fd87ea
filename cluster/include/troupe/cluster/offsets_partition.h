// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// The partition of `__consumer_offsets` that keeps `group_id` (UTF-8), as
/// every Kafka broker and tool computes it: Java's String.hashCode.
int32_t
offsets_partition_for(std::string_view group_id, int32_t partition_count);

} // namespace troupe::cluster

#pragma GCC visibility pop
