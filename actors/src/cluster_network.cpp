// SPDX-License-Identifier: Apache-2.0
#include "cluster_network.h"

#include "peer_sockets.h"
#include "plain_stream.h"
#include "tls_stream.h"

#include <caf/actor_system.hpp>
#include <caf/atom.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/send.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>
#include <utility>

namespace troupe::actors {

namespace {

struct free_context {
  void operator()(SSL_CTX* x) const { SSL_CTX_free(x); }
};

std::string newest_ssl_error() {
  char text[256];
  ERR_error_string_n(ERR_peek_last_error(), text, sizeof(text));
  ERR_clear_error();
  return text;
}

/// CAF reads the files with each connection, where nobody could be told.
result<void> check_files(const cluster_tls& x) {
  auto refuse = [](const std::string& what) {
    return failure(storage::errc::invalid_argument,
                   what + ": " + newest_ssl_error());
  };
  if (x.certificate_path.empty() || x.key_path.empty()
      || x.authority_path.empty())
    return failure(storage::errc::invalid_argument,
                   "TLS between nodes needs a certificate, its key and the "
                   "certificate of the authority");
  ERR_clear_error();
  std::unique_ptr<SSL_CTX, free_context> context(SSL_CTX_new(TLS_method()));
  if (context == nullptr)
    return refuse("making a TLS context");
  if (SSL_CTX_use_certificate_chain_file(context.get(),
                                         x.certificate_path.c_str())
      != 1)
    return refuse("reading the certificate " + x.certificate_path);
  if (SSL_CTX_use_PrivateKey_file(context.get(), x.key_path.c_str(),
                                  SSL_FILETYPE_PEM)
      != 1)
    return refuse("reading the key " + x.key_path);
  if (SSL_CTX_load_verify_locations(context.get(), x.authority_path.c_str(),
                                    nullptr)
      != 1)
    return refuse("reading the authority's certificate " + x.authority_path);
  return {};
}

} // namespace

result<void> check_cluster_listener(const cluster_listener& x) {
  if (!x.tls.empty())
    return check_files(x.tls);
  if (x.insecure || is_loopback(x.listen.host))
    return {};
  return failure(
      storage::errc::invalid_argument,
      "the cluster listener " + to_string(x.listen)
          + " could be reached from other machines, and whoever reaches it "
            "rules this node: configure TLS between nodes "
            "(cluster.ssl.certificate, .key and .ca), listen on 127.0.0.1, or "
            "say --cluster-insecure when the network is closed to others");
}

result<uint16_t> publish_gate(caf::actor_system& system,
                              const peer_gate_actor& gate,
                              const cluster_listener& x) {
  if (auto safe = check_cluster_listener(x); !safe)
    return failure(std::move(safe.error()));
  auto socket = listen_for_peers(x.listen);
  if (!socket)
    return failure(std::move(socket.error()));
  auto& middleman = system.middleman();
  auto doorman = x.tls.empty() ? make_plain_doorman(system, std::move(*socket))
                               : make_tls_doorman(system, std::move(*socket));
  auto port = doorman->port();
  auto broker = middleman.named_broker<caf::io::basp_broker>(caf::atom("BASP"));
  caf::anon_send(
      broker, caf::publish_atom_v, std::move(doorman), port,
      caf::actor_cast<caf::strong_actor_ptr>(gate),
      system.message_types(caf::detail::type_list<peer_gate_actor>{}));
  return port;
}

} // namespace troupe::actors
