// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_options.h"

#include <troupe/storage/result.h>
#include <troupe/transport/chunk.h>
#include <troupe/transport/kafka/messages/heartbeat.h>
#include <troupe/transport/kafka/messages/join_group.h>
#include <troupe/transport/kafka/messages/sync_group.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace troupe::bench {

/// The last versions with fixed-width lengths, served since Kafka 2.3.
inline constexpr int16_t join_version = 5;
inline constexpr int16_t sync_version = 3;
inline constexpr int16_t heartbeat_version = 3;

/// A consumer in a classic group, without its connection: has one request in
/// flight at a time. Subscribes to one topic; as leader it gives member i
/// partition i.
///
///   joining ──► syncing ──► settled ──► watching
///      ▲           │           ▲            │ heartbeat answered
///      │           │           └────────────┤
///      └───────────┴────────────────────────┘ the group rebalances
class group_member {
public:
  enum class phase : uint8_t { joining, syncing, settled, watching };

  group_member(const bench_options& options, std::string group_id)
      : topic_(options.topic), group_id_(std::move(group_id)),
        session_timeout_ms_(options.session_timeout_ms) {}

  phase at() const noexcept { return phase_; }
  const std::string& id() const noexcept { return id_; }
  /// -1 before the first one.
  int32_t generation() const noexcept { return generation_; }

  transport::chunks join();
  /// Of a settled member.
  transport::chunks heartbeat();
  /// Takes an answer without size prefix; the request that follows from it,
  /// if one does.
  result<std::optional<transport::chunks>>
  on_answer(std::span<const std::byte> frame);

private:
  template <class Request>
  transport::chunks encode(const Request& x, int16_t version);
  template <class Response>
  result<Response> decode(std::span<const std::byte> frame, int16_t version);
  transport::chunks sync(const kafka::join_group_response& joined);

  result<std::optional<transport::chunks>>
  on_joined(const kafka::join_group_response& x);
  result<std::optional<transport::chunks>> on_confirmed(int16_t error_code);

  std::string topic_;
  std::string group_id_;
  int32_t session_timeout_ms_;
  phase phase_ = phase::joining;
  std::string id_;
  int32_t generation_ = -1;
  int32_t last_id_ = 0;
};

} // namespace troupe::bench
