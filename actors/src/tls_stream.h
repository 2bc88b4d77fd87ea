// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "peer_sockets.h"

#include <caf/fwd.hpp>
#include <caf/io/doorman.hpp>
#include <caf/io/scribe.hpp>

/// CAF's connections over TLS, on sockets of ours. CAF's own can neither be
/// given a connected socket, nor do they clear OpenSSL's queue of errors: what
/// a stranger's failed handshake leaves there would be taken for a failure of
/// the next healthy connection.
namespace troupe::actors {

/// Null when the session cannot be made: certificates that are not readable.
caf::io::scribe_ptr
make_tls_scribe(caf::actor_system& system, peer_socket socket);
caf::io::doorman_ptr
make_tls_doorman(caf::actor_system& system, peer_socket listening);

} // namespace troupe::actors
