// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/peer_interfaces.h>
#include <troupe/transport/server.h>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <set>
#include <string>

namespace troupe::actors {

/// Connect to the gate of the node that listens there.
struct dial_peer {
  transport::endpoint to;
  /// For the connection, which needs nothing of the other process.
  std::chrono::milliseconds timeout{0};
  /// For the handshakes of TLS and CAF.
  std::chrono::milliseconds handshake_timeout{0};
};

struct peer_dialed {
  problem why;
  peer_gate_actor gate;
};

/// Makes one connection, answers and is gone. Detached: it waits for the
/// network, and only those who wait for this very peer should wait with it.
using dialer_actor = caf::typed_actor<replies_to<dial_peer>::with<peer_dialed>>;

struct dialer_state {
  static inline const char* name = "dialer";

  explicit dialer_state(dialer_actor::pointer self) : self(self) {}

  caf::result<peer_dialed> on_dial_peer(const dial_peer& x);

  dialer_actor::pointer self;
  bool tls = false;

private:
  /// What CAF's handshake brought.
  peer_dialed welcome(const dial_peer& x, const caf::node_id& node,
                      const caf::strong_actor_ptr& gate,
                      const std::set<std::string>& interface) const;
};

dialer_actor::behavior_type
dialer(dialer_actor::stateful_pointer<dialer_state> self, bool tls);

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::dial_peer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::peer_dialed)
