// SPDX-License-Identifier: Apache-2.0
#include "actor_system.h"

#include <troupe/actors/type_ids.h>

#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace troupe::actors {

void node_actor_config::enable_network(const cluster_listener& x) {
  using namespace std::chrono_literals;
  add_message_types<caf::id_block::troupe>();
  load<caf::io::middleman>();
  // What CAF sends here only serves to close connections that are dead; who is
  // lost is decided by each peer_link, and sooner. Not shorter: CAF closes a
  // connection whose handshake is under way when it looks.
  set("middleman.heartbeat-interval", caf::timespan(2s));
  set("middleman.connection-timeout", caf::timespan(4s));
  // Other programs made with CAF are turned away at the door.
  set("middleman.app-identifiers", std::vector<std::string>{"troupe"});
  // Its helpers never block, because we neither dial nor listen through them.
  set("middleman.attach-utility-actors", true);
  if (x.tls.empty())
    return;
  openssl_certificate = x.tls.certificate_path;
  openssl_key = x.tls.key_path;
  openssl_cafile = x.tls.authority_path;
  load<caf::openssl::manager>();
}

} // namespace troupe::actors
