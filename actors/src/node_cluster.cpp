// SPDX-License-Identifier: Apache-2.0
// How a node finds its cluster, or makes one, and takes part in it.
#include "cluster_port_actor.h"
#include "node_clock.h"
#include "node_state.h"
#include "peer_sockets.h"
#include "spawn.h"

#include <troupe/actors/inspect_controller.h>

#include <caf/actor_cast.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace troupe {

namespace {

using std::chrono::steady_clock;

/// How long a node that joins looks for somebody who lets it.
constexpr std::chrono::seconds join_patience{30};
constexpr std::chrono::milliseconds join_pause{200};
constexpr std::chrono::seconds ask_timeout{10};

/// For the logs of other nodes.
constexpr const char* software = "troupe 0.1.0";

/// The partition that a follower wants to pull from; null when it is not open.
actors::pull_source_actor
find_source(const actors::routing& routes, const actors::pull_batches& x) {
  auto topic = routes.find(x.topic_id);
  auto index = static_cast<size_t>(x.name.partition);
  if (topic == nullptr || x.name.partition < 0
      || index >= topic->partitions.size())
    return {};
  return caf::actor_cast<actors::pull_source_actor>(
      topic->partitions[index].actor);
}

actors::problem
ask_to_join(caf::scoped_actor& self, const actors::membership_actor& membership,
            const transport::endpoint& seed, actors::join_cluster order,
            actors::cluster_found& found, actors::cluster_joined& joined) {
  actors::problem why;
  auto failed = [&why](const caf::error& x) { why = actors::to_problem(x); };
  self->request(membership, ask_timeout,
                actors::find_cluster{seed.host, seed.port})
      .receive([&](actors::cluster_found& x) { found = std::move(x); }, failed);
  if (!why.ok() || !found.why.ok())
    return why.ok() ? found.why : why;
  auto controller = caf::actor_cast<actors::remote_controller_actor>(
      found.handles.controller);
  if (controller == nullptr)
    return {actors::errc::internal, "that node belongs to no cluster yet"};
  self->request(controller, ask_timeout, std::move(order))
      .receive([&](actors::cluster_joined& x) { joined = std::move(x); },
               failed);
  return why.ok() ? joined.why : why;
}

} // namespace

bool node::state::alone() const {
  return options.config.cluster.listen.empty();
}

result<void> node::state::open_network() {
  quorum_leader =
      std::make_shared<std::atomic<cluster::node_id>>(cluster::no_node);
  const auto& config = options.config.cluster;
  auto at = transport::parse_endpoint(config.listen);
  if (!at)
    return failure(at.error());
  cluster_listener.listen = *at;
  cluster_listener.tls = {config.ssl_certificate, config.ssl_key,
                          config.ssl_ca};
  cluster_listener.insecure = config.insecure;
  if (auto safe = actors::check_cluster_listener(cluster_listener); !safe)
    return safe;
  cluster_address = *at;
  if (!config.advertised.empty()) {
    auto told = transport::parse_endpoint(config.advertised);
    if (!told)
      return failure(told.error());
    cluster_address = *told;
  }
  // It stays in the metadata, and a node that dials it finds itself.
  if (actors::is_every_interface(cluster_address.host))
    return failure(storage::errc::invalid_argument,
                   "other nodes cannot connect to '" + cluster_address.host
                       + "', which means every interface: "
                         "--cluster-advertised is needed beside "
                         "--cluster-listen "
                       + to_string(*at));
  actor_config.enable_network(cluster_listener);
  return {};
}

result<void> node::state::meet_others() {
  auto nobody = std::make_shared<actors::peer_table>();
  peers = std::make_shared<actors::published<actors::peer_table>>(nobody);
  actors::membership_config config;
  config.self.incarnation = incarnation;
  config.self.cluster_id = identity.cluster_id;
  config.self.node = identity.node;
  config.self.software = software;
  config.table = peers;
  config.find_source = [routes = routes](const actors::pull_batches& x) {
    return find_source(*routes->get(), x);
  };
  config.on_disowned = [told = options.on_unusable](const std::string& why) {
    spdlog::error("node.disowned reason=\"{}\"", why);
    if (told != nullptr)
      told(why);
  };
  config.seed = random_seed();
  config.now = [time = time] {
    return std::chrono::microseconds(time->steady_us());
  };
  membership = actors::spawn_membership(*system, std::move(config),
                                        !cluster_listener.tls.empty(), leaving);
  cluster_port = system->spawn(actors::cluster_port, membership,
                               [this](const actors::open_remote_consumer& x) {
                                 return open_remote_consumer(x);
                               });
  leaving.expect(cluster_port);
  auto port = actors::publish_gate(*system, cluster_port, cluster_listener);
  if (!port)
    return failure(port.error());
  if (cluster_address.port == 0)
    cluster_address.port = *port;
  return {};
}

result<void> node::state::join() {
  const auto& seeds = options.config.cluster.bootstrap_servers;
  actors::join_cluster order;
  order.incarnation = incarnation;
  order.rack = options.config.rack;
  order.cluster_host = cluster_address.host;
  order.cluster_port = cluster_address.port;
  caf::scoped_actor self{*system};
  auto deadline = steady_clock::now() + join_patience;
  actors::problem why;
  for (size_t turn = 0; steady_clock::now() < deadline; ++turn) {
    auto seed = transport::parse_endpoint(seeds[turn % seeds.size()]);
    if (!seed)
      return failure(seed.error());
    actors::cluster_found found;
    actors::cluster_joined joined;
    why = ask_to_join(self, membership, *seed, order, found, joined);
    if (why.ok()) {
      identity = {joined.cluster_id, joined.node};
      first_contact = {found.from.node, seed->host, seed->port};
      spdlog::info("node.joined cluster={} node={}", identity.cluster_id,
                   identity.node);
      return {};
    }
    spdlog::info("node.not_joined_yet seed={} reason=\"{}\"", to_string(*seed),
                 why.message);
    // Nothing else runs yet that could wake us.
    std::this_thread::sleep_for(join_pause);
  }
  return failure(storage::errc::io,
                 "no node of the cluster let this one in: " + why.message);
}

void node::state::spawn_quorum(std::unique_ptr<cluster::metadata_log> log) {
  actors::quorum_actor_config config;
  const auto& settings = options.config.cluster;
  auto& quorum_config = config.quorum;
  quorum_config.self = identity.node;
  quorum_config.cluster_id = identity.cluster_id;
  if (!joiner)
    quorum_config.founder = cluster::quorum_voter{
        identity.node, cluster_address.host, cluster_address.port};
  quorum_config.fetch_timeout_ms = settings.quorum_fetch_timeout_ms;
  quorum_config.election_timeout_ms = settings.quorum_election_timeout_ms;
  config.voters_max = settings.voters_max;
  config.log =
      std::make_shared<std::unique_ptr<cluster::metadata_log>>(std::move(log));
  config.quorum_of = [peers = peers](cluster::node_id node) {
    auto table = peers == nullptr ? nullptr : peers->get();
    auto found = table == nullptr ? nullptr : table->find(node);
    return found == nullptr ? actors::remote_quorum_actor{}
                            : found->quorum<actors::remote_quorum_actor>();
  };
  if (first_contact.node != cluster::no_node)
    config.contacts.push_back(first_contact.node);
  config.seed = random_seed();
  config.now = both_clocks_of(time);
  quorum = actors::spawn_quorum(*system, std::move(config), leaving);
}

/// From here on others may talk to our quorum and controller.
void node::state::take_part() {
  if (membership != nullptr) {
    actors::adopt_identity order;
    order.cluster_id = identity.cluster_id;
    order.node = identity.node;
    order.handles = {caf::actor_cast<caf::strong_actor_ptr>(quorum),
                     caf::actor_cast<caf::strong_actor_ptr>(controller)};
    order.listeners = {
        caf::actor_cast<actors::peer_listener_actor>(quorum),
        caf::actor_cast<actors::peer_listener_actor>(controller)};
    caf::anon_send(membership, std::move(order));
    auto known = actors::addresses_of(*known_metadata);
    if (first_contact.node != cluster::no_node)
      known.push_back(first_contact);
    caf::anon_send(membership, actors::follow_nodes{std::move(known)});
    takes_remote_ = true;
  }
  caf::anon_send(quorum, actors::start_quorum{controller});
}

} // namespace troupe
