// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace troupe::actors {

/// How the descriptors of a process are shared: sockets get at most half of
/// them, so that connections cannot keep logs from opening their files.
struct descriptor_shares {
  int64_t connections_max = 0;
  /// Each finds descriptors for its newest segment and one that is read.
  int64_t partitions_max = 0;
};

/// What is left to connections and partitions of `descriptors_max`.
descriptor_shares share_descriptors(int64_t descriptors_max) noexcept;

/// Raises the soft limit of this process to the hard one; the limit that holds
/// now. Without a limit: the largest number.
int64_t raise_descriptor_limit() noexcept;

} // namespace troupe::actors
