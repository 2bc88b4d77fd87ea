// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/refusal.h>

namespace troupe::cluster {

std::string_view to_string(refusal x) noexcept {
  switch (x) {
  case refusal::none:
    return "none";
  case refusal::invalid_topic_name:
    return "invalid_topic_name";
  case refusal::topic_exists:
    return "topic_exists";
  case refusal::unknown_topic:
    return "unknown_topic";
  case refusal::unknown_topic_id:
    return "unknown_topic_id";
  case refusal::invalid_partitions:
    return "invalid_partitions";
  case refusal::invalid_replication_factor:
    return "invalid_replication_factor";
  case refusal::invalid_replica_assignment:
    return "invalid_replica_assignment";
  case refusal::invalid_config:
    return "invalid_config";
  case refusal::invalid_request:
    return "invalid_request";
  case refusal::policy_violation:
    return "policy_violation";
  case refusal::topic_deletion_disabled:
    return "topic_deletion_disabled";
  case refusal::not_controller:
    return "not_controller";
  case refusal::duplicate_node:
    return "duplicate_node";
  case refusal::unknown_node:
    return "unknown_node";
  case refusal::stale_incarnation:
    return "stale_incarnation";
  case refusal::fenced_leader_epoch:
    return "fenced_leader_epoch";
  case refusal::stale_partition_epoch:
    return "stale_partition_epoch";
  case refusal::ineligible_replica:
    return "ineligible_replica";
  case refusal::no_reassignment:
    return "no_reassignment";
  case refusal::preferred_leader_not_available:
    return "preferred_leader_not_available";
  case refusal::eligible_leaders_not_available:
    return "eligible_leaders_not_available";
  case refusal::election_not_needed:
    return "election_not_needed";
  }
  return "unknown";
}

} // namespace troupe::cluster
