// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/buffer.h>
#include <troupe/transport/chunk.h>

#include <cstdint>
#include <memory>
#include <string>

#pragma GCC visibility push(default)

namespace troupe::transport {

/// Numbers the requests of one connection: 0, 1, 2, ...
using request_slot = uint64_t;

/// Who takes the frames of one connection. Called on the connection's lane.
class frame_sink {
public:
  virtual ~frame_sink() = default;

  /// A whole frame without its size prefix. Must be answered by exactly one
  /// `connection::reply` for `slot` (an empty reply sends nothing).
  virtual void on_frame(request_slot slot, storage::buffer frame) = 0;

  /// All frames that one turn of the event loop received were delivered: the
  /// moment to work on them together. Follows one or more `on_frame`.
  virtual void on_frames_delivered() {}

  /// The connection is gone, `why` says for what reason; nothing follows.
  /// Comes exactly once, from the event loop and never from within a call of
  /// `connection`; afterwards the connection holds the sink no more.
  virtual void on_closed(const std::string& why) = 0;
};

/// The sending side of one connection. All members are called on its lane.
class connection {
public:
  virtual ~connection() = default;

  /// Hands in the answer to request `slot`, size prefix included. Replies may
  /// come in any order; they leave in the order of the slots.
  virtual void reply(request_slot slot, chunks answer) = 0;

  /// Sends what was replied in order so far, then closes. Later replies are
  /// dropped. `on_closed` gets `why`.
  virtual void close(const std::string& why) = 0;

  /// `address:port` of the peer.
  virtual const std::string& peer() const noexcept = 0;
  /// `address:port` on our side.
  virtual const std::string& local() const noexcept = 0;
};

} // namespace troupe::transport

#pragma GCC visibility pop
