// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "node_state.h"

namespace troupe::actors {

/// For what is public and made of actors: the way from a node to its pieces.
struct node_access {
  static node::state& state(node& x) { return *x.state_; }
};

} // namespace troupe::actors
