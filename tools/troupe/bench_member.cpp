// SPDX-License-Identifier: Apache-2.0
#include "bench_member.h"

#include "bench_broker.h"
#include "bench_fields.h"

#include <troupe/storage/buffer.h>
#include <troupe/transport/kafka/codec.h>
#include <troupe/transport/kafka/error_code.h>

#include <fmt/format.h>

#include <string_view>
#include <vector>

namespace troupe::bench {

namespace {

/// Version of the consumer protocol's subscriptions and assignments.
constexpr int16_t consumer_version = 0;

bool is(int16_t error_code, kafka::error_code x) {
  return error_code == static_cast<int16_t>(x);
}

storage::buffer subscription(std::string_view topic) {
  std::vector<std::byte> bytes;
  append(bytes, consumer_version);
  append(bytes, int32_t{1});
  append(bytes, topic);
  append(bytes, int32_t{-1}); // user data: null
  return storage::buffer::copy_of(bytes);
}

storage::buffer assignment(std::string_view topic, int32_t partition) {
  std::vector<std::byte> bytes;
  append(bytes, consumer_version);
  append(bytes, int32_t{1});
  append(bytes, topic);
  append(bytes, int32_t{1});
  append(bytes, partition);
  append(bytes, int32_t{-1}); // user data: null
  return storage::buffer::copy_of(bytes);
}

} // namespace

template <class Request>
transport::chunks group_member::encode(const Request& x, int16_t version) {
  return kafka::encode_request(x, version, ++last_id_, "troupe-bench");
}

template <class Response>
result<Response>
group_member::decode(std::span<const std::byte> frame, int16_t version) {
  int32_t correlation_id = 0;
  auto x = kafka::decode_response<Response>(storage::buffer::copy_of(frame),
                                            version, &correlation_id);
  if (x && correlation_id != last_id_)
    return failure(storage::errc::invalid_argument,
                   "the broker answered something that was not asked next");
  return x;
}

transport::chunks group_member::join() {
  phase_ = phase::joining;
  kafka::join_group_request x;
  x.group_id = group_id_;
  x.session_timeout_ms = session_timeout_ms_;
  x.rebalance_timeout_ms = session_timeout_ms_;
  x.member_id = id_;
  x.protocol_type = "consumer";
  x.protocols.push_back({"range", subscription(topic_)});
  return encode(x, join_version);
}

transport::chunks group_member::sync(const kafka::join_group_response& joined) {
  phase_ = phase::syncing;
  kafka::sync_group_request x;
  x.group_id = group_id_;
  x.generation_id = generation_;
  x.member_id = id_;
  int32_t partition = 0;
  for (const auto& member : joined.members)
    x.assignments.push_back(
        {member.member_id, assignment(topic_, partition++)});
  return encode(x, sync_version);
}

transport::chunks group_member::heartbeat() {
  phase_ = phase::watching;
  kafka::heartbeat_request x;
  x.group_id = group_id_;
  x.generation_id = generation_;
  x.member_id = id_;
  return encode(x, heartbeat_version);
}

result<std::optional<transport::chunks>>
group_member::on_answer(std::span<const std::byte> frame) {
  switch (phase_) {
  case phase::joining: {
    auto x = decode<kafka::join_group_response>(frame, join_version);
    return x ? on_joined(*x) : tl::unexpected(x.error());
  }
  case phase::syncing: {
    auto x = decode<kafka::sync_group_response>(frame, sync_version);
    return x ? on_confirmed(x->error_code) : tl::unexpected(x.error());
  }
  case phase::watching: {
    auto x = decode<kafka::heartbeat_response>(frame, heartbeat_version);
    return x ? on_confirmed(x->error_code) : tl::unexpected(x.error());
  }
  case phase::settled:
    break;
  }
  return failure(storage::errc::invalid_argument,
                 "the broker answered something that was not asked");
}

result<std::optional<transport::chunks>>
group_member::on_joined(const kafka::join_group_response& x) {
  if (is(x.error_code, kafka::error_code::member_id_required)) {
    id_ = x.member_id;
    return join();
  }
  if (x.error_code != 0)
    return broker_error(fmt::format("join group '{}'", group_id_),
                        x.error_code);
  id_ = x.member_id;
  generation_ = x.generation_id;
  return sync(x);
}

/// Of a SyncGroup or Heartbeat.
result<std::optional<transport::chunks>>
group_member::on_confirmed(int16_t error_code) {
  if (is(error_code, kafka::error_code::rebalance_in_progress)
      || is(error_code, kafka::error_code::illegal_generation))
    return join();
  if (error_code != 0)
    return broker_error(fmt::format("stay in group '{}'", group_id_),
                        error_code);
  phase_ = phase::settled;
  return std::nullopt;
}

} // namespace troupe::bench
