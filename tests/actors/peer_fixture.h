// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actor_system.h"
#include "departures.h"
#include "membership_actor.h"
#include "temporary_directory.h"

#include <troupe/storage/file_system.h>

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::actors {

/// For whatever happens in these tests; none waits for so long.
inline constexpr std::chrono::seconds peer_test_deadline{20};

struct peer_node_options {
  cluster::peer_identity self;
  peer_settings settings;
  cluster_listener listener;
  /// Whether others may talk to its actors already.
  bool started = true;
  std::function<void(const std::string&)> on_disowned;
  /// Empty: the steady clock.
  std::function<std::chrono::microseconds()> now;
};

peer_node_options peer_options(cluster::node_id node);

/// Looks again and again until it holds. False: not in time.
bool soon(const std::function<bool()>& holds);

/// One node of a cluster in this process, with a real socket: its membership
/// and a partition that answers each pull with the same file.
class peer_node {
public:
  explicit peer_node(peer_node_options options);
  ~peer_node();

  uint16_t port() const noexcept { return port_; }
  caf::actor_system& system() noexcept { return *system_; }
  const membership_actor& membership() const noexcept { return membership_; }
  caf::scoped_actor& self() noexcept { return *self_; }
  cluster::node_id id() const noexcept { return options_.self.node; }
  peer_address address() const { return {id(), "127.0.0.1", port_}; }

  /// Others may talk to its actors from now on.
  void start(cluster::node_id as, const std::string& cluster_id);
  /// What pulls are answered with from now on.
  void serve(const std::string& text);
  void serve(storage::file_slice slice);
  /// Has links to these nodes.
  void follow(const std::vector<peer_address>& nodes);
  /// Waits for the other node to come, or go. False: not in time.
  bool wait_up(cluster::node_id node);
  bool wait_lost(cluster::node_id node);
  /// Waits for the reason why the link to it is not up; empty: there is none.
  std::string wait_reason(cluster::node_id node);
  /// Pulls through the link to `from`, as one and the same follower.
  void
  pull(cluster::node_id from, int32_t partition, storage::offset_t offset = 0);
  batches_pulled wait_pulled();
  std::optional<peer> find(cluster::node_id node) const;
  peer_description describe(cluster::node_id node);

private:
  template <class Fact>
  std::optional<Fact> wait_for();

  peer_node_options options_;
  temporary_directory directory_;
  node_actor_config config_{1};
  std::unique_ptr<caf::actor_system> system_;
  departures leaving_;
  std::unique_ptr<caf::scoped_actor> self_;
  std::shared_ptr<published<peer_table>> table_;
  pull_source_actor source_;
  std::shared_ptr<storage::file_slice> served_;
  membership_actor membership_;
  uint16_t port_ = 0;
};

} // namespace troupe::actors
