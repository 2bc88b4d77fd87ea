// SPDX-License-Identifier: Apache-2.0
#include "dialer_actor.h"

#include "peer_sockets.h"
#include "plain_stream.h"
#include "tls_stream.h"

#include <caf/actor_system.hpp>
#include <caf/atom.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>

#include <set>
#include <string>
#include <utility>

namespace troupe::actors {

dialer_actor::behavior_type
dialer(dialer_actor::stateful_pointer<dialer_state> self, bool tls) {
  auto& state = self->state;
  state.tls = tls;
  return {
      [&state](const dial_peer& x) { return state.on_dial_peer(x); },
  };
}

caf::result<peer_dialed> dialer_state::on_dial_peer(const dial_peer& x) {
  auto refuse = [this](storage::error why) {
    self->quit();
    return peer_dialed{problem{std::move(why)}, {}};
  };
  auto socket = connect_to_peer(x.to, x.timeout);
  if (!socket)
    return refuse(std::move(socket.error()));
  auto& middleman = self->system().middleman();
  auto connection = tls ? make_tls_scribe(self->system(), std::move(*socket))
                        : make_plain_scribe(self->system(), std::move(*socket));
  if (connection == nullptr)
    return refuse({storage::errc::invalid_argument,
                   "no TLS session with " + to_string(x.to)
                       + ": see the log for what is wrong"});
  auto promise = self->make_response_promise<peer_dialed>();
  auto broker = middleman.named_broker<caf::io::basp_broker>(caf::atom("BASP"));
  self->request(broker, x.handshake_timeout, caf::connect_atom_v,
                std::move(connection), x.to.port)
      .then(
          [this, promise, x](const caf::node_id& node,
                             const caf::strong_actor_ptr& gate,
                             const std::set<std::string>& interface) mutable {
            promise.deliver(welcome(x, node, gate, interface));
            self->quit();
          },
          [this, promise, x](const caf::error& why) mutable {
            problem told{errc::timed_out,
                         to_string(x.to) + " did not answer as a node does: "
                             + self->system().render(why)};
            promise.deliver(peer_dialed{std::move(told), {}});
            self->quit();
          });
  return promise;
}

peer_dialed
dialer_state::welcome(const dial_peer& x, const caf::node_id& node,
                      const caf::strong_actor_ptr& gate,
                      const std::set<std::string>& interface) const {
  auto refuse = [](std::string why) {
    return peer_dialed{
        storage::error{storage::errc::invalid_argument, std::move(why)}, {}};
  };
  if (node == self->system().node())
    return refuse(to_string(x.to)
                  + " is this process, or one that CAF cannot tell from it: "
                    "containers with equal process and machine ids need "
                    "different ones");
  auto expected =
      self->system().message_types(caf::detail::type_list<peer_gate_actor>{});
  if (gate == nullptr || !self->system().assignable(interface, expected))
    return refuse("what listens on " + to_string(x.to)
                  + " is no node of this software");
  return {{}, caf::actor_cast<peer_gate_actor>(gate)};
}

} // namespace troupe::actors
