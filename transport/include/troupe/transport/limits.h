// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#pragma GCC visibility push(default)

namespace troupe::transport {

/// Bounds of a server; each keeps one thing from growing.
struct limits {
  /// `socket.request.max.bytes`: a larger (or negative) frame closes the
  /// connection before a byte of it is allocated.
  size_t frame_bytes_max = 104857600;
  /// Open connections (`max.connections`); a further one is closed at accept.
  size_t connections_max = 20000;
  /// Requests of one connection that were read but not answered yet; at the
  /// bound its socket is not read any more.
  size_t requests_in_flight_max = 64;
  /// The same in bytes of request frames.
  size_t request_bytes_in_flight_max = 128u << 20;
  /// The same for all connections of one lane (`queued.max.request.bytes`,
  /// shared among the lanes): at the bound no socket of the lane is read but
  /// those in the middle of a frame that was let in. The last frame let in may
  /// go beyond it, so that every frame fits some time.
  size_t lane_request_bytes_in_flight_max = 1u << 30;
  /// Bytes of answers queued for a slow reader before its socket is not read.
  size_t reply_bytes_queued_max = 64u << 20;
  /// Bytes one connection may send per turn before others on its lane run.
  size_t send_bytes_per_turn = 2u << 20;
  /// Bytes one connection may receive per turn before others run.
  size_t receive_bytes_per_turn = 2u << 20;
  /// `connections.max.idle.ms`: a connection without a byte in either
  /// direction for so long, or up to an eighth longer, is closed, also when
  /// requests of it are parked. So is one whose frame takes longer to arrive.
  std::chrono::milliseconds idle_timeout{600000};
  /// Frame memory that a lane keeps for reuse.
  size_t frame_pool_bytes_max = 32u << 20;
};

} // namespace troupe::transport

#pragma GCC visibility pop
