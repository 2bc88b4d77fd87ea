// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_broker.h"

#include <troupe/storage/result.h>
#include <troupe/transport/kafka/messages/metadata.h>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace troupe::admin {

/// Partitions that have a replica on the node.
size_t replicas_on(const kafka::metadata_response& x, int32_t node);

/// Marks the node as draining, so that the controller moves its partitions
/// away, and tells on stdout how far it is until none is left.
result<void> drain(bench::broker_client& broker, int32_t node,
                   std::chrono::seconds patience);

/// Forgets a node that hosts nothing and is not running.
result<void> remove(bench::broker_client& broker, int32_t node);

} // namespace troupe::admin
