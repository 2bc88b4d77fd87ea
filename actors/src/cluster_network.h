// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/peer_interfaces.h>
#include <troupe/storage/result.h>
#include <troupe/transport/server.h>

#include <caf/fwd.hpp>

#include <cstdint>
#include <string>

namespace troupe::actors {

/// PEM files for TLS between nodes: each shows its certificate, and only those
/// that the authority signed are let in, on both sides.
struct cluster_tls {
  std::string certificate_path;
  std::string key_path;
  std::string authority_path;

  bool empty() const noexcept {
    return certificate_path.empty() && key_path.empty()
           && authority_path.empty();
  }
};

/// Where and how a node listens for other nodes.
struct cluster_listener {
  transport::endpoint listen;
  cluster_tls tls;
  /// The operator says that nobody else can reach the port.
  bool insecure = false;
};

/// Whether it is safe to listen there. Whoever can connect can talk to every
/// actor of the node: so it is this machine, or TLS, or somebody's word.
result<void> check_cluster_listener(const cluster_listener& x);

/// Lets others connect to `gate`. The port it listens on. The system must have
/// been made with the same listener (actor_system.h).
result<uint16_t> publish_gate(caf::actor_system& system,
                              const peer_gate_actor& gate,
                              const cluster_listener& x);

} // namespace troupe::actors
