// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actor_fixture.h"
#include "quorum_actor.h"

#include <tests/storage/fault_file_system.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::actors {

/// Quorum actors of several nodes in one process, each with a disk of its own;
/// the letters between any two can be cut. Node 1 founds, the others follow.
class quorum_actor_fixture : public actor_fixture {
public:
  /// What the controller of a node was told.
  struct told {
    std::vector<cluster::image_ptr> images;
    std::vector<quorum_changed> changes;
  };

  quorum_actor_fixture() = default;
  ~quorum_actor_fixture() { end_actors(); }

  void start(cluster::node_id id);
  /// Ends the actor; what it did not sync is lost.
  void crash(cluster::node_id id);
  void cut(cluster::node_id a, cluster::node_id b) { cuts_.insert({a, b}); }
  void isolate(cluster::node_id id);
  void heal() { cuts_.clear(); }

  /// Time passes for all nodes.
  void advance(int64_t ms);

  /// Nodes 1, 2 and 3 vote, and node 1 leads.
  void start_three();
  /// Until somebody leads and knows it, at most a few seconds.
  cluster::node_id await_leader();

  /// Empty until the answer comes.
  using answer = std::shared_ptr<std::optional<records_committed>>;
  answer start_proposing(cluster::node_id id, cluster::metadata_delta records);
  records_committed
  propose(cluster::node_id id, cluster::metadata_delta records);
  cluster::quorum_description describe(cluster::node_id id);

  const quorum_actor& quorum_of(cluster::node_id id) { return at(id).actor; }
  storage::test::fault_file_system& disk(cluster::node_id id) {
    return at(id).disk;
  }
  told& told_to(cluster::node_id id) { return at(id).heard; }
  /// The newest image that the node's controller has.
  const cluster::metadata_image& image(cluster::node_id id);
  /// Whether all running nodes see topic `name`.
  bool all_have(const std::string& name);

  static cluster::metadata_delta topic(std::string name);
  static cluster::node_registration registration(cluster::node_id id);

  int32_t voters_max = 3;
  int64_t snapshot_records = 20000;
  int64_t now_ms = 1000;
  /// How often the actors asked for the time.
  int64_t looks_at_clock = 0;

private:
  struct node {
    storage::test::fault_file_system disk;
    quorum_actor actor;
    controller_actor listener;
    told heard;
  };

  node& at(cluster::node_id id);
  quorum_actor_config config_of(cluster::node_id id);

  std::map<cluster::node_id, std::unique_ptr<node>> nodes_;
  std::set<std::pair<cluster::node_id, cluster::node_id>> cuts_;
  uint64_t seed_ = 1;
};

} // namespace troupe::actors
