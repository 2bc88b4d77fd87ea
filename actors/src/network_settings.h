// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster_network.h"

#include <caf/fwd.hpp>

namespace troupe::actors {

/// CAF's network as nodes use it, with a thread of its own.
void load_network(caf::actor_system_config& config, const cluster_tls& tls);

} // namespace troupe::actors
