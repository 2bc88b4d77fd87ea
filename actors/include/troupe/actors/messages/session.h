// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/buffer.h>
#include <troupe/transport/frame_sink.h>

#include <caf/allowed_unsafe_message_type.hpp>

#include <string>

#pragma GCC visibility push(default)

/// Messages between a connection and its session. Local only.
namespace troupe::actors {

/// One request, still encoded.
struct frame_received {
  transport::request_slot slot = 0;
  storage::buffer frame;
};

/// The socket is gone; stop.
struct connection_closed {
  std::string why;
};

/// From a session to itself: look at the deadlines of what is parked.
struct deadline_due {};

/// Stop accepting, let connections finish, close them.
struct stop_transport {};

struct transport_stopped {};

} // namespace troupe::actors

#pragma GCC visibility pop

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::frame_received)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::connection_closed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::deadline_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::stop_transport)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::transport_stopped)
