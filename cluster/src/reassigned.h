// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>

#include <vector>

/// How a move of replicas begins and ends before its time (KIP-455). What comes
/// out goes through `settled`, which ends a move that has nothing to wait for.
namespace troupe::cluster {

/// `x` on its way to `target`: replicas are those of the target and, behind
/// them, those that go. A move in progress is taken over: what it was adding
/// and the target does not have goes at once, unless it is in sync.
partition_registration
reassigned(partition_registration x, const std::vector<node_id>& target);

/// `x` without the replicas that the move in progress was adding.
partition_registration reverted(partition_registration x);

} // namespace troupe::cluster
