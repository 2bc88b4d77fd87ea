// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <string>

namespace troupe::cluster {

/// Adds the topics of a consumer's subscription (its metadata in JoinGroup; all
/// versions begin with what version 0 has). False when the bytes are not one:
/// they come from a client and may be anything.
bool read_subscription(std::span<const std::byte> bytes,
                       std::set<std::string>& topics);

} // namespace troupe::cluster
