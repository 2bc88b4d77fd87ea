// SPDX-License-Identifier: Apache-2.0
#include "error_map.h"

#include <caf/error.hpp>
#include <caf/sec.hpp>

#include <string>
#include <type_traits>
#include <variant>

namespace troupe::actors {

using kafka::error_code;

error_code to_kafka(errc x) noexcept {
  switch (x) {
  case errc::unknown_partition:
    return error_code::unknown_topic_or_partition;
  case errc::unknown_topic_id:
    return error_code::unknown_topic_id;
  case errc::partition_offline:
    return error_code::kafka_storage_error;
  case errc::fenced_leader_epoch:
    return error_code::fenced_leader_epoch;
  case errc::unknown_leader_epoch:
    return error_code::unknown_leader_epoch;
  case errc::stopping:
    // Makes clients refresh their metadata and go where it says.
    return error_code::not_leader_or_follower;
  case errc::timed_out:
    return error_code::request_timed_out;
  case errc::internal:
    return error_code::unknown_server_error;
  case errc::not_leader:
    return error_code::not_leader_or_follower;
  case errc::not_enough_replicas:
    return error_code::not_enough_replicas;
  case errc::not_enough_replicas_after_append:
    return error_code::not_enough_replicas_after_append;
  case errc::offset_not_available:
    return error_code::offset_not_available;
  }
  return error_code::unknown_server_error;
}

error_code to_kafka(storage::errc x) noexcept {
  using storage::errc;
  switch (x) {
  case errc::offset_out_of_range:
    return error_code::offset_out_of_range;
  case errc::corrupt_batch:
    return error_code::corrupt_message;
  case errc::invalid_record:
    return error_code::invalid_record;
  case errc::batch_too_large:
    return error_code::message_too_large;
  case errc::records_too_large_for_segment:
    return error_code::record_list_too_large;
  case errc::invalid_timestamp:
    return error_code::invalid_timestamp;
  case errc::unsupported_compression:
    return error_code::unsupported_compression_type;
  case errc::out_of_order_sequence:
    return error_code::out_of_order_sequence_number;
  case errc::invalid_producer_epoch:
    return error_code::invalid_producer_epoch;
  case errc::closed:
    // Handed over or stopped: the client should look again.
    return error_code::not_leader_or_follower;
  case errc::invalid_argument:
    return error_code::invalid_request;
  case errc::disk_full:
  case errc::read_only:
  case errc::busy:
  case errc::io:
  case errc::poisoned:
  case errc::corrupt_log:
  case errc::locked:
  case errc::not_found:
  case errc::unsupported_format:
    return error_code::kafka_storage_error;
  }
  return error_code::unknown_server_error;
}

error_code to_kafka(cluster::refusal x) noexcept {
  using cluster::refusal;
  switch (x) {
  case refusal::none:
    return error_code::none;
  case refusal::invalid_topic_name:
    return error_code::invalid_topic_exception;
  case refusal::topic_exists:
    return error_code::topic_already_exists;
  case refusal::unknown_topic:
    return error_code::unknown_topic_or_partition;
  case refusal::unknown_topic_id:
    return error_code::unknown_topic_id;
  case refusal::invalid_partitions:
    return error_code::invalid_partitions;
  case refusal::invalid_replication_factor:
    return error_code::invalid_replication_factor;
  case refusal::invalid_replica_assignment:
    return error_code::invalid_replica_assignment;
  case refusal::invalid_config:
    return error_code::invalid_config;
  case refusal::invalid_request:
    return error_code::invalid_request;
  case refusal::policy_violation:
    return error_code::policy_violation;
  case refusal::topic_deletion_disabled:
    return error_code::topic_deletion_disabled;
  case refusal::not_controller:
    return error_code::not_controller;
  case refusal::duplicate_node:
    return error_code::duplicate_broker_registration;
  case refusal::unknown_node:
    return error_code::broker_id_not_registered;
  case refusal::stale_incarnation:
    return error_code::stale_broker_epoch;
  case refusal::fenced_leader_epoch:
    return error_code::fenced_leader_epoch;
  case refusal::stale_partition_epoch:
    return error_code::invalid_update_version;
  case refusal::ineligible_replica:
    return error_code::ineligible_replica;
  case refusal::no_reassignment:
    return error_code::no_reassignment_in_progress;
  case refusal::preferred_leader_not_available:
    return error_code::preferred_leader_not_available;
  case refusal::eligible_leaders_not_available:
    return error_code::eligible_leaders_not_available;
  case refusal::election_not_needed:
    return error_code::election_not_needed;
  }
  return error_code::unknown_server_error;
}

error_code to_kafka(cluster::group_error x) noexcept {
  using cluster::group_error;
  switch (x) {
  case group_error::none:
    return error_code::none;
  case group_error::coordinator_not_available:
    return error_code::coordinator_not_available;
  case group_error::coordinator_load_in_progress:
    return error_code::coordinator_load_in_progress;
  case group_error::not_coordinator:
    return error_code::not_coordinator;
  case group_error::offset_metadata_too_large:
    return error_code::offset_metadata_too_large;
  case group_error::illegal_generation:
    return error_code::illegal_generation;
  case group_error::inconsistent_group_protocol:
    return error_code::inconsistent_group_protocol;
  case group_error::invalid_group_id:
    return error_code::invalid_group_id;
  case group_error::unknown_member_id:
    return error_code::unknown_member_id;
  case group_error::invalid_session_timeout:
    return error_code::invalid_session_timeout;
  case group_error::rebalance_in_progress:
    return error_code::rebalance_in_progress;
  case group_error::invalid_request:
    return error_code::invalid_request;
  case group_error::non_empty_group:
    return error_code::non_empty_group;
  case group_error::group_id_not_found:
    return error_code::group_id_not_found;
  case group_error::member_id_required:
    return error_code::member_id_required;
  case group_error::group_max_size_reached:
    return error_code::group_max_size_reached;
  case group_error::fenced_instance_id:
    return error_code::fenced_instance_id;
  case group_error::group_subscribed_to_topic:
    return error_code::group_subscribed_to_topic;
  case group_error::fenced_member_epoch:
    return error_code::fenced_member_epoch;
  case group_error::unreleased_instance_id:
    return error_code::unreleased_instance_id;
  case group_error::unsupported_assignor:
    return error_code::unsupported_assignor;
  case group_error::stale_member_epoch:
    return error_code::stale_member_epoch;
  case group_error::invalid_regular_expression:
    return error_code::invalid_regular_expression;
  case group_error::unsupported_version:
    return error_code::unsupported_version;
  case group_error::unknown_server_error:
    return error_code::unknown_server_error;
  }
  return error_code::unknown_server_error;
}

error_code to_kafka(const problem& x) noexcept {
  return std::visit(
      [](const auto& code) {
        if constexpr (std::is_same_v<std::decay_t<decltype(code)>,
                                     std::monostate>)
          return error_code::none;
        else
          return to_kafka(code);
      },
      x.code);
}

problem to_problem(const caf::error& x) {
  if (x == caf::sec::request_timeout)
    return {errc::timed_out, "not answered within the time allowed"};
  if (x == caf::sec::request_receiver_down)
    return {errc::stopping, "the part of the broker that was asked stopped"};
  return {errc::internal, caf::to_string(x)};
}

} // namespace troupe::actors
