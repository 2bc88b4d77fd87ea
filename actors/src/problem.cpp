// SPDX-License-Identifier: Apache-2.0
#include <troupe/actors/problem.h>

namespace troupe::actors {

std::string_view to_string(errc x) noexcept {
  switch (x) {
  case errc::unknown_partition:
    return "unknown_partition";
  case errc::unknown_topic_id:
    return "unknown_topic_id";
  case errc::partition_offline:
    return "partition_offline";
  case errc::fenced_leader_epoch:
    return "fenced_leader_epoch";
  case errc::unknown_leader_epoch:
    return "unknown_leader_epoch";
  case errc::stopping:
    return "stopping";
  case errc::timed_out:
    return "timed_out";
  case errc::internal:
    return "internal";
  case errc::not_leader:
    return "not_leader";
  case errc::not_enough_replicas:
    return "not_enough_replicas";
  case errc::not_enough_replicas_after_append:
    return "not_enough_replicas_after_append";
  case errc::offset_not_available:
    return "offset_not_available";
  }
  return "unknown";
}

} // namespace troupe::actors
