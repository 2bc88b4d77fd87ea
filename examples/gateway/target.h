// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway_options.h"
#include "page.h"
#include "refusal.h"

#include <troupe/storage/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace gateway {

/// `POST /topics/T/records?partition=P&key=K`; the query is for a body that is
/// a single value.
struct append_target {
  std::string topic;
  std::optional<int32_t> partition;
  std::optional<std::string> key;
};

/// `GET /topics/T/partitions/P/records?offset=N&max_bytes=N&wait_ms=N`
struct page_target {
  troupe::storage::topic_partition what;
  /// Or from_earliest, or from_latest.
  troupe::storage::offset_t offset = 0;
  size_t bytes_max = 0;
  /// For the first record, when there is none yet.
  std::chrono::milliseconds wait{0};
};

/// `/topics/T/partitions/P/stream?offset=N&format=json|binary&credit=N`, a
/// WebSocket.
struct stream_target {
  troupe::storage::topic_partition what;
  troupe::storage::offset_t offset = 0;
  page_format format = page_format::json;
  /// Pages that may be sent before the client grants more.
  uint32_t credit = 0;
};

/// What a request is about.
using target = std::variant<append_target, page_target, stream_target>;

/// Reads the target of a request line. Refuses paths that are not there (404),
/// and parameters that are unknown, twice, malformed or out of range (400).
outcome<target>
parse_target(std::string_view text, const gateway_limits& bounds);

/// `GET` or `POST`.
std::string_view method_of(const target& x);

} // namespace gateway
