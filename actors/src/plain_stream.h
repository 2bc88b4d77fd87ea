// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "peer_sockets.h"

#include <caf/fwd.hpp>
#include <caf/io/doorman.hpp>
#include <caf/io/scribe.hpp>

/// CAF's connections on sockets of ours, none of which stays for ever without
/// use (connection_guard.h).
namespace troupe::actors {

caf::io::scribe_ptr
make_plain_scribe(caf::actor_system& system, peer_socket socket);
caf::io::doorman_ptr
make_plain_doorman(caf::actor_system& system, peer_socket listening);

} // namespace troupe::actors
