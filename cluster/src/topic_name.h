// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::cluster {

inline constexpr size_t topic_name_size_max = 249;

/// The metadata log lies in the directory of this topic's partition 0, so no
/// real topic may have the name.
inline constexpr std::string_view metadata_topic = "__cluster_metadata";

/// The topic of groups and committed offsets.
inline constexpr std::string_view offsets_topic = "__consumer_offsets";

/// What is wrong with the name, for a person; empty when nothing is.
std::string topic_name_fault(std::string_view name);

/// A topic that differs from `name` in '.' and '_' only: Kafka's metric names
/// cannot tell the two apart. Null when there is none.
const std::string*
colliding_topic(const metadata_image& image, std::string_view name);

} // namespace troupe::cluster
