// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/group_error.h>

namespace troupe::cluster {

std::string_view to_string(group_error x) noexcept {
  switch (x) {
  case group_error::none:
    return "none";
  case group_error::coordinator_not_available:
    return "coordinator_not_available";
  case group_error::coordinator_load_in_progress:
    return "coordinator_load_in_progress";
  case group_error::not_coordinator:
    return "not_coordinator";
  case group_error::offset_metadata_too_large:
    return "offset_metadata_too_large";
  case group_error::illegal_generation:
    return "illegal_generation";
  case group_error::inconsistent_group_protocol:
    return "inconsistent_group_protocol";
  case group_error::invalid_group_id:
    return "invalid_group_id";
  case group_error::unknown_member_id:
    return "unknown_member_id";
  case group_error::invalid_session_timeout:
    return "invalid_session_timeout";
  case group_error::rebalance_in_progress:
    return "rebalance_in_progress";
  case group_error::invalid_request:
    return "invalid_request";
  case group_error::non_empty_group:
    return "non_empty_group";
  case group_error::group_id_not_found:
    return "group_id_not_found";
  case group_error::member_id_required:
    return "member_id_required";
  case group_error::group_max_size_reached:
    return "group_max_size_reached";
  case group_error::fenced_instance_id:
    return "fenced_instance_id";
  case group_error::group_subscribed_to_topic:
    return "group_subscribed_to_topic";
  case group_error::fenced_member_epoch:
    return "fenced_member_epoch";
  case group_error::unreleased_instance_id:
    return "unreleased_instance_id";
  case group_error::unsupported_assignor:
    return "unsupported_assignor";
  case group_error::stale_member_epoch:
    return "stale_member_epoch";
  case group_error::invalid_regular_expression:
    return "invalid_regular_expression";
  case group_error::unsupported_version:
    return "unsupported_version";
  case group_error::unknown_server_error:
    return "unknown_server_error";
  }
  return "unknown";
}

} // namespace troupe::cluster
