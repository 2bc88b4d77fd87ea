// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <optional>
#include <string>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Asks for a producer id, the start of idempotent producing.
struct init_producer_id_request {
  static constexpr api_key api = api_key::init_producer_id;

  /// Null for a merely idempotent producer.
  std::optional<std::string> transactional_id;
  int32_t transaction_timeout_ms = 0;
  int64_t producer_id = -1;
  int16_t producer_epoch = -1;
};

/// The producer id and its epoch.
struct init_producer_id_response {
  static constexpr api_key api = api_key::init_producer_id;

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  int64_t producer_id = -1;
  int16_t producer_epoch = 0;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
