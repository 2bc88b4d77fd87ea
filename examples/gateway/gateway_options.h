// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace gateway {

/// Everything that grows or waits has its bound here; each field is an option
/// of the command line (see add_options). Memory is at most about
/// connections_max times the larger of what a request and what an answer may
/// have, plus bytes_in_flight_max.
struct gateway_limits {
  /// Connections, WebSockets included; what comes beyond is told 503.
  size_t connections_max = 256;
  /// Request line and headers of one request: 431.
  uint32_t header_bytes_max = 8 << 10;
  /// Body of one request: 413.
  size_t body_bytes_max = 1 << 20;
  /// Records of one request, or of one message of a WebSocket: 413.
  size_t records_per_request_max = 10'000;
  /// Brackets within brackets of JSON; records need 5.
  size_t json_depth_max = 8;
  /// What `max_bytes` of a request may ask for.
  size_t page_bytes_max = 4 << 20;
  /// A record whose encoded form is larger cannot be read here.
  size_t record_bytes_max = 8 << 20;
  /// One message of a WebSocket, either way; on the way out a single record may
  /// be larger.
  size_t frame_bytes_max = 256 << 10;
  /// Pages that are read for a WebSocket or wait to be written to it.
  uint32_t frames_unsent_max = 4;
  /// Pages that a client may have granted and not been sent.
  uint32_t credit_max = 1'000;
  /// Produce messages of a WebSocket without answer; it is not read from
  /// meanwhile. Other connections have one request at a time.
  uint32_t requests_in_flight_max = 16;
  /// Bytes of all clients that are appended and have no outcome: 429.
  size_t bytes_in_flight_max = 32 << 20;
  /// From taking a record to its outcome: 504.
  std::chrono::milliseconds delivery_timeout{30'000};
  /// For records that are in the log: 504.
  std::chrono::milliseconds read_timeout{10'000};
  /// What `wait_ms` of a request may ask for.
  std::chrono::milliseconds wait_max{30'000};
  /// A connection without a request, or a WebSocket whose other end does not
  /// answer pings.
  std::chrono::milliseconds idle_timeout{60'000};
  /// From the first byte of a request to its last one.
  std::chrono::milliseconds request_timeout{30'000};
  /// For one answer or frame: who does not read is hung up on.
  std::chrono::milliseconds write_timeout{30'000};
};

/// How a gateway starts.
struct gateway_options {
  /// A name or an address; port 0 picks a free one.
  std::string host = "127.0.0.1";
  uint16_t port = 0;
  /// 1 or 2 threads that serve connections.
  int io_threads = 1;
  /// Web pages that may use the gateway, such as `https://app.example`; `*` is
  /// all of them. Empty: only pages that came from where the gateway is.
  std::vector<std::string> allowed_origins;
  gateway_limits bounds;
};

} // namespace gateway
