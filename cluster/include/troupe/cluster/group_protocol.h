// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Subscriptions and assignments: only the members know what they mean.
using opaque_bytes = std::vector<std::byte>;

/// One protocol that a member of the classic protocol offers, the most wanted
/// first.
struct group_protocol {
  std::string name;
  opaque_bytes metadata;

  bool operator==(const group_protocol&) const = default;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
