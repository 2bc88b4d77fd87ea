// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/controller_requests.h>
#include <troupe/cluster/metadata_image.h>

#include <cstdint>
#include <optional>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// A node whose disks are in use to so much gets the mark `troupe.node.crowded`.
inline constexpr int32_t crowded_percent = 85;
/// It loses the mark when so little of them is in use: between the two nothing
/// changes, so that a node at the edge does not flap.
inline constexpr int32_t roomy_percent = 80;

/// What `self`, which found its disks in use to `used_percent` (0 to 100),
/// wants changed of its own configuration; nothing when the image says so
/// already.
std::optional<config_alteration> crowding_change(const metadata_image& image,
                                                 node_id self,
                                                 int32_t used_percent);

} // namespace troupe::cluster

#pragma GCC visibility pop
