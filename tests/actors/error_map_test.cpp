// SPDX-License-Identifier: Apache-2.0
#include "error_map.h"

#include <caf/error.hpp>
#include <caf/sec.hpp>

#include <doctest/doctest.h>

#include <utility>

namespace troupe::actors {

using kafka::error_code;

TEST_CASE("error_map: nothing wrong is no error") {
  CHECK(to_kafka(problem{}) == error_code::none);
  CHECK(wire_code(problem{}) == 0);
  CHECK(problem{}.ok());
}

TEST_CASE("error_map: each reason of an actor has its code") {
  const std::pair<errc, error_code> expected[]{
      {errc::unknown_partition, error_code::unknown_topic_or_partition},
      {errc::unknown_topic_id, error_code::unknown_topic_id},
      {errc::partition_offline, error_code::kafka_storage_error},
      {errc::fenced_leader_epoch, error_code::fenced_leader_epoch},
      {errc::unknown_leader_epoch, error_code::unknown_leader_epoch},
      {errc::stopping, error_code::not_leader_or_follower},
      {errc::timed_out, error_code::request_timed_out},
      {errc::internal, error_code::unknown_server_error},
      {errc::not_leader, error_code::not_leader_or_follower},
      {errc::not_enough_replicas, error_code::not_enough_replicas},
      {errc::not_enough_replicas_after_append,
       error_code::not_enough_replicas_after_append},
      {errc::offset_not_available, error_code::offset_not_available},
  };
  for (auto [reason, code] : expected) {
    CAPTURE(to_string(reason));
    CHECK(to_kafka(reason) == code);
    CHECK(to_kafka(problem{reason, "why"}) == code);
    CHECK(to_string(reason) != "unknown");
  }
}

TEST_CASE("error_map: each reason of storage has its code") {
  using storage::errc;
  const std::pair<errc, error_code> expected[]{
      {errc::offset_out_of_range, error_code::offset_out_of_range},
      {errc::corrupt_batch, error_code::corrupt_message},
      {errc::invalid_record, error_code::invalid_record},
      {errc::batch_too_large, error_code::message_too_large},
      {errc::records_too_large_for_segment, error_code::record_list_too_large},
      {errc::invalid_timestamp, error_code::invalid_timestamp},
      {errc::unsupported_compression, error_code::unsupported_compression_type},
      {errc::out_of_order_sequence, error_code::out_of_order_sequence_number},
      {errc::invalid_producer_epoch, error_code::invalid_producer_epoch},
      {errc::disk_full, error_code::kafka_storage_error},
      {errc::read_only, error_code::kafka_storage_error},
      {errc::busy, error_code::kafka_storage_error},
      {errc::io, error_code::kafka_storage_error},
      {errc::poisoned, error_code::kafka_storage_error},
      {errc::closed, error_code::not_leader_or_follower},
      {errc::corrupt_log, error_code::kafka_storage_error},
      {errc::locked, error_code::kafka_storage_error},
      {errc::not_found, error_code::kafka_storage_error},
      {errc::invalid_argument, error_code::invalid_request},
      {errc::unsupported_format, error_code::kafka_storage_error},
  };
  for (auto [reason, code] : expected) {
    CAPTURE(storage::to_string(reason));
    CHECK(to_kafka(reason) == code);
    CHECK(to_kafka(problem{storage::error{reason, "why"}}) == code);
  }
}

TEST_CASE("error_map: each refusal of the controller has its code") {
  using cluster::refusal;
  const std::pair<refusal, error_code> expected[]{
      {refusal::none, error_code::none},
      {refusal::invalid_topic_name, error_code::invalid_topic_exception},
      {refusal::topic_exists, error_code::topic_already_exists},
      {refusal::unknown_topic, error_code::unknown_topic_or_partition},
      {refusal::unknown_topic_id, error_code::unknown_topic_id},
      {refusal::invalid_partitions, error_code::invalid_partitions},
      {refusal::invalid_replication_factor,
       error_code::invalid_replication_factor},
      {refusal::invalid_replica_assignment,
       error_code::invalid_replica_assignment},
      {refusal::invalid_config, error_code::invalid_config},
      {refusal::invalid_request, error_code::invalid_request},
      {refusal::policy_violation, error_code::policy_violation},
      {refusal::topic_deletion_disabled, error_code::topic_deletion_disabled},
      {refusal::not_controller, error_code::not_controller},
      {refusal::duplicate_node, error_code::duplicate_broker_registration},
      {refusal::unknown_node, error_code::broker_id_not_registered},
      {refusal::stale_incarnation, error_code::stale_broker_epoch},
      {refusal::fenced_leader_epoch, error_code::fenced_leader_epoch},
      {refusal::stale_partition_epoch, error_code::invalid_update_version},
      {refusal::ineligible_replica, error_code::ineligible_replica},
      {refusal::no_reassignment, error_code::no_reassignment_in_progress},
      {refusal::preferred_leader_not_available,
       error_code::preferred_leader_not_available},
      {refusal::eligible_leaders_not_available,
       error_code::eligible_leaders_not_available},
      {refusal::election_not_needed, error_code::election_not_needed},
  };
  for (auto [reason, code] : expected) {
    CAPTURE(cluster::to_string(reason));
    CHECK(to_kafka(reason) == code);
    CHECK(to_kafka(problem{cluster::decision{reason, "why"}}) == code);
  }
}

TEST_CASE("error_map: each refusal of a group's coordinator has its code") {
  using cluster::group_error;
  const std::pair<group_error, error_code> expected[]{
      {group_error::none, error_code::none},
      {group_error::coordinator_not_available,
       error_code::coordinator_not_available},
      {group_error::coordinator_load_in_progress,
       error_code::coordinator_load_in_progress},
      {group_error::not_coordinator, error_code::not_coordinator},
      {group_error::offset_metadata_too_large,
       error_code::offset_metadata_too_large},
      {group_error::illegal_generation, error_code::illegal_generation},
      {group_error::inconsistent_group_protocol,
       error_code::inconsistent_group_protocol},
      {group_error::invalid_group_id, error_code::invalid_group_id},
      {group_error::unknown_member_id, error_code::unknown_member_id},
      {group_error::invalid_session_timeout,
       error_code::invalid_session_timeout},
      {group_error::rebalance_in_progress, error_code::rebalance_in_progress},
      {group_error::invalid_request, error_code::invalid_request},
      {group_error::non_empty_group, error_code::non_empty_group},
      {group_error::group_id_not_found, error_code::group_id_not_found},
      {group_error::member_id_required, error_code::member_id_required},
      {group_error::group_max_size_reached, error_code::group_max_size_reached},
      {group_error::fenced_instance_id, error_code::fenced_instance_id},
      {group_error::group_subscribed_to_topic,
       error_code::group_subscribed_to_topic},
      {group_error::fenced_member_epoch, error_code::fenced_member_epoch},
      {group_error::unreleased_instance_id, error_code::unreleased_instance_id},
      {group_error::unsupported_assignor, error_code::unsupported_assignor},
      {group_error::stale_member_epoch, error_code::stale_member_epoch},
      {group_error::invalid_regular_expression,
       error_code::invalid_regular_expression},
      {group_error::unsupported_version, error_code::unsupported_version},
      {group_error::unknown_server_error, error_code::unknown_server_error},
  };
  for (auto [reason, code] : expected) {
    CAPTURE(cluster::to_string(reason));
    CHECK(to_kafka(reason) == code);
  }
}

TEST_CASE("error_map: an actor that does not answer is told by why") {
  CHECK(to_kafka(to_problem(caf::make_error(caf::sec::request_timeout)))
        == error_code::request_timed_out);
  CHECK(to_kafka(to_problem(caf::make_error(caf::sec::request_receiver_down)))
        == error_code::not_leader_or_follower);
  CHECK(to_kafka(to_problem(caf::make_error(caf::sec::unexpected_message)))
        == error_code::unknown_server_error);
}

} // namespace troupe::actors
