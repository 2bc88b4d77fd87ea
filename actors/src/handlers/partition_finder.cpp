// SPDX-License-Identifier: Apache-2.0
#include "partition_finder.h"

#include "mentions.h"

#include <cstddef>

namespace troupe::actors::handlers {

result<partition_actor, problem> partition_finder::take(int32_t partition) {
  auto refuse = [](problem why) {
    return tl::unexpected<problem>(std::move(why));
  };
  if (topic_ == nullptr)
    return refuse(missing_);
  if (partition < 0
      || static_cast<size_t>(partition) >= topic_->partitions.size())
    return refuse({errc::unknown_partition, "no such topic or partition"});
  const auto& route = topic_->partitions[static_cast<size_t>(partition)];
  if (!route.online())
    return refuse({errc::partition_offline, "the partition's disk failed"});
  if (!taken_.insert(&route).second)
    return refuse(invalid_request("the partition is named more than once"));
  return route.actor;
}

} // namespace troupe::actors::handlers
