// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/group_time.h>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Timeouts are measured with the steady clock; batches carry the wall clock.
using quorum_time = group_time;

} // namespace troupe::cluster

#pragma GCC visibility pop
