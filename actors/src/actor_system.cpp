// SPDX-License-Identifier: Apache-2.0
#include "actor_system.h"

#include "network_settings.h"

#include <troupe/actors/type_ids.h>

#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace troupe::actors {

void load_network(caf::actor_system_config& config, const cluster_tls& tls) {
  using namespace std::chrono_literals;
  config.add_message_types<caf::id_block::troupe>();
  config.load<caf::io::middleman>();
  // What CAF sends here only serves to close connections that are dead; who is
  // lost is decided by each peer_link, and sooner. Not shorter: CAF closes a
  // connection whose handshake is under way when it looks.
  config.set("middleman.heartbeat-interval", caf::timespan(2s));
  config.set("middleman.connection-timeout", caf::timespan(4s));
  // Other programs made with CAF are turned away at the door.
  config.set("middleman.app-identifiers", std::vector<std::string>{"troupe"});
  // Its helpers never block, because we neither dial nor listen through them.
  config.set("middleman.attach-utility-actors", true);
  if (tls.empty())
    return;
  config.openssl_certificate = tls.certificate_path;
  config.openssl_key = tls.key_path;
  config.openssl_cafile = tls.authority_path;
  config.load<caf::openssl::manager>();
}

void node_actor_config::enable_network(const cluster_listener& x) {
  load_network(*this, x.tls);
}

} // namespace troupe::actors
