// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway_options.h"
#include "refusal.h"

#include <troupe/actors/outgoing_record.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gateway {

/// `{"credit":N}`: so many pages more may be sent.
struct credit_message {
  uint32_t pages = 0;
};

/// `{"produce":{"records":[...]},"id":N}`; the answer has the same id. Without
/// a partition of their own the records go to the stream's.
struct produce_message {
  uint64_t id = 0;
  std::vector<troupe::outgoing_record> records;
};

/// What the client of a WebSocket may say.
using client_message = std::variant<credit_message, produce_message>;

/// Reads a text message of a stream of `from`.
outcome<client_message>
decode_message(std::string_view text,
               const troupe::storage::topic_partition& from,
               const gateway_limits& bounds);

} // namespace gateway
