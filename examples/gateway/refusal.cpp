// SPDX-License-Identifier: Apache-2.0
#include "refusal.h"

#include <nlohmann/json.hpp>

#include <utility>
#include <variant>

namespace gateway {

namespace {

using troupe::kafka::error_code;

struct verdict {
  unsigned status;
  error_code code;
};

verdict verdict_of(std::monostate) {
  return {500, error_code::unknown_server_error};
}

/// A switch without `default`: a new reason does not compile until it has a
/// status here.
verdict verdict_of(troupe::actors::errc x) {
  using troupe::actors::errc;
  switch (x) {
  case errc::unknown_partition:
    return {404, error_code::unknown_topic_or_partition};
  case errc::unknown_topic_id:
    return {404, error_code::unknown_topic_id};
  case errc::partition_offline:
    return {503, error_code::kafka_storage_error};
  case errc::fenced_leader_epoch:
  case errc::unknown_leader_epoch:
  case errc::stopping:
  case errc::not_leader:
    return {503, error_code::not_leader_or_follower};
  case errc::timed_out:
    return {504, error_code::request_timed_out};
  case errc::internal:
    return {500, error_code::unknown_server_error};
  case errc::not_enough_replicas:
    return {503, error_code::not_enough_replicas};
  case errc::not_enough_replicas_after_append:
    return {503, error_code::not_enough_replicas_after_append};
  case errc::offset_not_available:
    return {503, error_code::offset_not_available};
  }
  return {500, error_code::unknown_server_error};
}

verdict verdict_of(troupe::storage::errc x) {
  using troupe::storage::errc;
  switch (x) {
  case errc::offset_out_of_range:
    return {416, error_code::offset_out_of_range};
  case errc::invalid_record:
    return {400, error_code::invalid_record};
  case errc::batch_too_large:
    return {413, error_code::message_too_large};
  case errc::records_too_large_for_segment:
    return {413, error_code::record_list_too_large};
  case errc::invalid_timestamp:
    return {400, error_code::invalid_timestamp};
  case errc::invalid_argument:
    return {400, error_code::invalid_request};
  // Producers and consumers: no credit left, too many of them.
  case errc::busy:
    return {429, error_code::throttling_quota_exceeded};
  case errc::closed:
    return {503, error_code::not_leader_or_follower};
  case errc::corrupt_batch:
    return {500, error_code::corrupt_message};
  case errc::unsupported_compression:
    return {500, error_code::unsupported_compression_type};
  case errc::out_of_order_sequence:
    return {500, error_code::out_of_order_sequence_number};
  case errc::invalid_producer_epoch:
    return {500, error_code::invalid_producer_epoch};
  case errc::disk_full:
  case errc::read_only:
  case errc::io:
  case errc::poisoned:
  case errc::corrupt_log:
  case errc::locked:
  case errc::not_found:
  case errc::unsupported_format:
    return {503, error_code::kafka_storage_error};
  }
  return {500, error_code::unknown_server_error};
}

/// Of the controller; of those only a topic's stages refuse records.
verdict verdict_of(troupe::cluster::refusal x) {
  if (x == troupe::cluster::refusal::policy_violation)
    return {400, error_code::policy_violation};
  return {500, error_code::unknown_server_error};
}

} // namespace

tl::unexpected<refusal> bad_request(std::string message) {
  return bad_request(400, std::move(message));
}

tl::unexpected<refusal> bad_request(unsigned status, std::string message) {
  return tl::unexpected<refusal>(
      refusal{status, error_code::invalid_request, std::move(message)});
}

refusal to_refusal(const troupe::actors::problem& why) {
  auto [status, code] =
      std::visit([](auto x) { return verdict_of(x); }, why.code);
  return {status, code, why.message};
}

std::string to_json(const refusal& x) {
  nlohmann::ordered_json out;
  out["error"] = troupe::kafka::name(x.code);
  out["error_code"] = static_cast<int>(x.code);
  out["message"] = x.message;
  // A message may quote what a client sent.
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

answer to_answer(const refusal& x) {
  answer out;
  out.status = x.status;
  out.body = to_json(x);
  if (x.status == 429)
    out.headers.emplace_back("Retry-After", "1");
  return out;
}

} // namespace gateway
