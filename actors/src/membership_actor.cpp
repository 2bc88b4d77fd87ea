// SPDX-License-Identifier: Apache-2.0
#include "membership_actor.h"

#include "error_map.h"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>
#include <utility>

namespace troupe::actors {

membership_actor::behavior_type
membership(membership_actor::stateful_pointer<membership_state> self,
           membership_config config) {
  auto& state = self->state;
  state.open(std::move(config));
  return {
      [&state](const peer_hello& x) { return state.on_peer_hello(x); },
      [&state](const follow_nodes& x) { state.on_follow_nodes(x); },
      [&state](const find_cluster& x) { return state.on_find_cluster(x); },
      [&state](const adopt_identity& x) { state.on_adopt_identity(x); },
      [&state](const peer_up& x) { state.on_peer_up(x); },
      [&state](const peer_lost& x) { state.on_peer_lost(x); },
      [&state](const peer_refused& x) { state.on_peer_refused(x); },
      [&state](const describe_peers&) { return state.on_describe_peers(); },
  };
}

void membership_state::open(membership_config x) {
  config_ = std::move(x);
  next_seed_ = config_.seed;
}

membership_state::~membership_state() {
  for (auto& [node, x] : members_)
    caf::anon_send_exit(x.link, caf::exit_reason::user_shutdown);
}

membership_state::member* membership_state::link_to(const peer_address& x) {
  auto found = members_.find(x.node);
  if (found != members_.end())
    return &found->second;
  if (members_.size() >= config_.settings.peers_max)
    return nullptr;
  auto& made = members_[x.node];
  made.description.address = x;
  made.counters = std::make_shared<link_counters>();
  peer_link_config config;
  config.settings = config_.settings;
  config.self = config_.self;
  config.handles = config_.handles;
  config.peer.node = x.node;
  config.owner = self;
  config.find_source = config_.find_source;
  config.spawn_dialer = config_.spawn_dialer;
  config.counters = made.counters;
  config.seed = next_seed_++;
  config.now = config_.now;
  made.link = config_.spawn_link(std::move(config));
  if (x.port != 0)
    self->send(made.link, dial_there{x});
  return &made;
}

void membership_state::drop(std::map<cluster::node_id, member>::iterator at) {
  self->send_exit(at->second.link, caf::exit_reason::user_shutdown);
  auto was_up = at->second.description.up;
  auto node = at->first;
  members_.erase(at);
  if (was_up)
    for (const auto& listener : config_.listeners)
      self->send(listener, peer_lost{node});
}

void membership_state::on_follow_nodes(const follow_nodes& x) {
  std::set<cluster::node_id> wanted;
  for (const auto& node : x.nodes) {
    if (node.node == config_.self.node || node.port == 0)
      continue;
    wanted.insert(node.node);
    auto* member = link_to(node);
    if (member == nullptr) {
      spdlog::error("membership.too_many_nodes limit={}",
                    config_.settings.peers_max);
      break;
    }
    member->followed = true;
    if (member->description.address != node) {
      member->description.address = node;
      self->send(member->link, dial_there{node});
    }
  }
  for (auto at = members_.begin(); at != members_.end();) {
    auto next = std::next(at);
    // A node may say hello before the metadata here has it.
    if (at->second.followed && !wanted.contains(at->first))
      drop(at);
    at = next;
  }
  publish();
}

std::string
membership_state::judge(const peer_hello& x, cluster::peer_version_t& version) {
  auto agreed =
      cluster::agree_with_peer(config_.self, x.from, cluster::no_node);
  if (!agreed)
    return agreed.error().message;
  version = *agreed;
  if (x.to != cluster::no_node && x.to != config_.self.node)
    return "node " + std::to_string(x.to) + " was expected, "
           + to_string(config_.self) + " answers";
  // A link without our actors would be up and of no use.
  if (config_.handles.quorum == nullptr)
    return to_string(config_.self) + " is still starting";
  // Without ids on both sides there is no link, only an introduction.
  if (x.from.node == cluster::no_node || config_.self.node == cluster::no_node)
    return {};
  if (x.link == nullptr)
    return to_string(x.from) + " gave no link";
  for (const auto& [node, known] : members_) {
    if (node != x.from.node && known.description.up
        && known.handles.quorum != nullptr && x.handles.quorum != nullptr
        && known.handles.quorum->node() == x.handles.quorum->node())
      return "CAF cannot tell " + to_string(x.from) + " from node "
             + std::to_string(node)
             + ": containers with equal process and machine ids need "
               "different ones";
  }
  return {};
}

bool membership_state::disowns(const peer_hello& x) const {
  const auto& self_id = config_.self.node;
  bool alone = std::none_of(members_.begin(), members_.end(),
                            [](const auto& y) { return y.second.followed; });
  return alone && self_id != cluster::no_node && x.to == self_id
         && !config_.self.cluster_id.empty() && !x.from.cluster_id.empty()
         && x.from.cluster_id != config_.self.cluster_id;
}

peer_welcome membership_state::on_peer_hello(const peer_hello& x) {
  if (disowns(x) && !std::exchange(disowned_, true)
      && config_.on_disowned != nullptr)
    config_.on_disowned(
        to_string(x.from) + " of cluster " + x.from.cluster_id
        + " takes this node for its node " + std::to_string(x.to)
        + ", but the data directories here belong to cluster "
        + config_.self.cluster_id
        + ", which has no other node: those of that cluster are lost or not "
          "mounted. Mount them, or join with empty directories (--join)");
  peer_welcome answer;
  answer.from = config_.self;
  answer.refusal = judge(x, answer.version);
  answer.handles = config_.handles;
  answer.credit_bytes = config_.settings.sent.credit_bytes;
  if (answer.refusal.empty() && x.from.node != cluster::no_node
      && config_.self.node != cluster::no_node) {
    auto* member = link_to({x.from.node, {}, 0});
    if (member == nullptr) {
      answer.refusal = "this node has links to as many others as it may";
    } else {
      answer.link = member->link;
      // Before the answer, so that whatever the other side sends now finds
      // the link up.
      self->send(member->link, accept_peer{x, answer.version});
    }
  }
  if (!answer.refusal.empty()) {
    answer.handles = {};
    // Once per reason: whoever is refused tries again and again.
    if (refusal_ != answer.refusal)
      spdlog::warn("peer.refused peer=\"{}\" reason=\"{}\"", to_string(x.from),
                   answer.refusal);
    refusal_ = answer.refusal;
  }
  return answer;
}

caf::result<cluster_found>
membership_state::on_find_cluster(const find_cluster& x) {
  auto promise = self->make_response_promise<cluster_found>();
  auto fail = [promise](problem why) mutable {
    promise.deliver(cluster_found{std::move(why), {}, {}});
  };
  auto greet = [this, promise, fail](const peer_gate_actor& gate) mutable {
    peer_hello hello;
    hello.from = config_.self;
    self->request(gate, config_.settings.hello_timeout, std::move(hello))
        .then(
            [promise, fail](const peer_welcome& y) mutable {
              if (y.refusal.empty())
                promise.deliver(cluster_found{{}, y.from, y.handles});
              else
                fail({errc::internal, y.refusal});
            },
            [fail](const caf::error& why) mutable { fail(to_problem(why)); });
  };
  // Asked once, and by somebody who has time.
  dial_peer order{{x.host, x.port},
                  config_.settings.dial_timeout,
                  config_.settings.handshake_timeout_max};
  auto limit = 2 * order.timeout + order.handshake_timeout;
  self->request(config_.spawn_dialer(), limit, std::move(order))
      .then(
          [greet, fail](const peer_dialed& y) mutable {
            if (y.why.ok())
              greet(y.gate);
            else
              fail(y.why);
          },
          [fail](const caf::error& why) mutable { fail(to_problem(why)); });
  return promise;
}

void membership_state::on_adopt_identity(const adopt_identity& x) {
  config_.self.cluster_id = x.cluster_id;
  config_.self.node = x.node;
  config_.handles = x.handles;
  config_.listeners = x.listeners;
}

void membership_state::on_peer_up(const peer_up& x) {
  auto found = members_.find(x.peer.node);
  if (found == members_.end())
    return;
  auto& member = found->second;
  member.description.up = true;
  member.description.reason.clear();
  member.description.identity = x.peer;
  member.description.version = x.version;
  member.handles = x.handles;
  publish();
}

void membership_state::on_peer_lost(const peer_lost& x) {
  auto found = members_.find(x.node);
  if (found == members_.end())
    return;
  found->second.description.up = false;
  found->second.handles = {};
  publish();
  for (const auto& listener : config_.listeners)
    self->send(listener, x);
}

void membership_state::on_peer_refused(const peer_refused& x) {
  auto found = members_.find(x.node);
  if (found == members_.end() || found->second.description.reason == x.reason)
    return;
  // Once per reason: a node that is away is dialled every second.
  spdlog::info("peer.unreachable node={} reason=\"{}\"", x.node, x.reason);
  found->second.description.reason = x.reason;
}

peers_description membership_state::on_describe_peers() {
  peers_description answer;
  for (const auto& [node, x] : members_) {
    auto& y = answer.peers.emplace_back(x.description);
    auto read = [](const std::atomic<uint64_t>& counter) {
      return counter.load(std::memory_order_relaxed);
    };
    y.bytes_sent = read(x.counters->bytes_sent);
    y.bytes_received = read(x.counters->bytes_received);
    y.credit_stalls = read(x.counters->credit_stalls);
    y.connects = read(x.counters->connects);
    y.round_trip_us = read(x.counters->round_trip_us);
    y.pulls_under_way = read(x.counters->pulls_under_way);
  }
  return answer;
}

void membership_state::publish() {
  auto next = std::make_shared<peer_table>();
  for (const auto& [node, x] : members_)
    next->peers[node] = {x.description.address, x.description.up,
                         x.description.identity.incarnation, x.link, x.handles};
  config_.table->publish(std::move(next));
}

} // namespace troupe::actors
