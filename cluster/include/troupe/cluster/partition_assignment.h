// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Partitions by topic. Each list is ascending without repetition and no topic
/// has an empty one, so that equal assignments compare equal.
using partition_assignment = std::map<storage::uuid, std::vector<int32_t>>;

/// Makes `x` keep the rule above, whatever a client put into it.
void normalise(partition_assignment& x);

/// Partitions of all topics.
size_t partition_count(const partition_assignment& x);

/// True when the partition is in `x`.
bool contains(const partition_assignment& x, const storage::uuid& topic,
              int32_t partition);

/// True when every partition of `part` is in `whole`.
bool subset(const partition_assignment& part,
            const partition_assignment& whole);

/// True when a partition is in both.
bool overlap(const partition_assignment& x, const partition_assignment& y);

/// The partitions that are in both.
partition_assignment
common(const partition_assignment& x, const partition_assignment& y);

/// The partitions of `x` that are not in `y`.
partition_assignment
without(const partition_assignment& x, const partition_assignment& y);

/// The partitions of either.
partition_assignment
merged(const partition_assignment& x, const partition_assignment& y);

} // namespace troupe::cluster

#pragma GCC visibility pop
