// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "producer_actor.h"

#include <troupe/actors/node.h>
#include <troupe/storage/result.h>

namespace troupe::actors {

/// A producer on one of the node's lanes; see spawn_producer.
result<producer_body_actor>
spawn_producer_body(node& home, const producer_options& options);

} // namespace troupe::actors
