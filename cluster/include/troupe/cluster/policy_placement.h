// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/controller.h>
#include <troupe/cluster/placement_policy.h>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// What the controller decided about a new topic or new partitions, with the
/// nodes that `policy` wants for them instead. Refused when its answer cannot
/// be carried out. Leaves refusals and other records as they are.
outcome apply_policy(placement_policy& policy, const metadata_image& image,
                     outcome decided);

} // namespace troupe::cluster

#pragma GCC visibility pop
