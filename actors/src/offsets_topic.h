// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "routing.h"

#include <troupe/cluster/broker_config.h>
#include <troupe/cluster/controller.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::actors {

/// The topic that holds groups and what they have committed.
inline const std::string offsets_topic = "__consumer_offsets";

/// How it is created when the first group looks for its coordinator.
cluster::new_topic new_offsets_topic(const cluster::broker_config& config,
                                     const cluster::metadata_image& image);

/// The partition of the topic that keeps the group.
size_t
partition_of_group(const topic_route& offsets, std::string_view group_id);

} // namespace troupe::actors
