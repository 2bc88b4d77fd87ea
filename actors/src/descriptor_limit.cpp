// SPDX-License-Identifier: Apache-2.0
#include "descriptor_limit.h"

#include <algorithm>
#include <limits>

#include <sys/resource.h>

namespace troupe::actors {

namespace {

/// The database, the metadata log, lanes, CAF.
constexpr int64_t of_the_node = 256;

constexpr int64_t per_partition = 2;

} // namespace

descriptor_shares share_descriptors(int64_t descriptors_max) noexcept {
  auto left = std::max<int64_t>(descriptors_max - of_the_node, 2);
  return {left / 2, std::max<int64_t>(left / 2 / per_partition, 1)};
}

int64_t raise_descriptor_limit() noexcept {
  constexpr auto unlimited = std::numeric_limits<int64_t>::max();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return unlimited;
  auto before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
    limit.rlim_cur = before;
  return limit.rlim_cur >= static_cast<rlim_t>(unlimited)
             ? unlimited
             : static_cast<int64_t>(limit.rlim_cur);
}

} // namespace troupe::actors
