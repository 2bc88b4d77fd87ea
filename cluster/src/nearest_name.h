// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/config_table.h>

#include <span>
#include <string_view>

namespace troupe::cluster {

/// The key whose name takes the fewest edits to come from `name`; empty when
/// none is so close that a slip of the pen explains it.
std::string_view
nearest_name(std::span<const config_key> keys, std::string_view name);

} // namespace troupe::cluster
