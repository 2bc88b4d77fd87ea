// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "descriptor.h"

#include <troupe/storage/result.h>
#include <troupe/transport/server.h>

namespace troupe::transport {

/// Resolves `at` (which may block), binds and listens, non-blocking. The
/// first address of a name that can be bound is taken; every interface means
/// IPv6 and IPv4 where the machine has both.
result<descriptor> open_listening_socket(const endpoint& at);

/// Our own and the peer's address; an empty host when there is none.
endpoint local_endpoint(int socket);
endpoint peer_endpoint(int socket);

} // namespace troupe::transport
