// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dialer_actor.h"
#include "peer_link_actor.h"
#include "peer_settings.h"
#include "peer_table.h"
#include "published.h"

#include <troupe/actors/peer_interfaces.h>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

struct membership_config {
  peer_settings settings;
  /// This node; without id and cluster as long as it has none.
  cluster::peer_identity self;
  peer_handles handles;
  /// Told about nodes that come and go.
  std::vector<peer_listener_actor> listeners;
  std::shared_ptr<published<peer_table>> table;
  std::function<pull_source_actor(const pull_batches&)> find_source;
  std::function<dialer_actor()> spawn_dialer;
  /// Makes the link to one node.
  std::function<peer_link_actor(peer_link_config)> spawn_link;
  /// Another cluster takes this node for one of its own, and there is nobody
  /// else in ours: its directories are not those that it had. Told once, with
  /// a sentence.
  std::function<void(const std::string&)> on_disowned;
  uint64_t seed = 0;
  std::function<std::chrono::microseconds()> now;
};

struct membership_state {
  static inline const char* name = "membership";

  explicit membership_state(membership_actor::pointer self) : self(self) {}
  ~membership_state();

  void open(membership_config x);

  peer_welcome on_peer_hello(const peer_hello& x);
  void on_follow_nodes(const follow_nodes& x);
  caf::result<cluster_found> on_find_cluster(const find_cluster& x);
  void on_adopt_identity(const adopt_identity& x);
  void on_peer_up(const peer_up& x);
  void on_peer_lost(const peer_lost& x);
  void on_peer_refused(const peer_refused& x);
  peers_description on_describe_peers();

  membership_actor::pointer self;

private:
  struct member {
    peer_description description;
    peer_link_actor link;
    std::shared_ptr<link_counters> counters;
    peer_handles handles;
    /// Named by follow_nodes, not only by its own hello.
    bool followed = false;
  };

  /// Makes the link when there is none; null: there are too many.
  member* link_to(const peer_address& x);
  void drop(std::map<cluster::node_id, member>::iterator at);
  /// Why a hello is turned down; empty: welcome.
  std::string judge(const peer_hello& x, cluster::peer_version_t& version);
  /// Whether it expects this node, which is alone, in another cluster.
  bool disowns(const peer_hello& x) const;
  void publish();

  membership_config config_;
  std::map<cluster::node_id, member> members_;
  uint64_t next_seed_ = 0;
  bool disowned_ = false;
  /// Why somebody was turned away, as logged last.
  std::string refusal_;
};

membership_actor::behavior_type
membership(membership_actor::stateful_pointer<membership_state> self,
           membership_config config);

} // namespace troupe::actors
