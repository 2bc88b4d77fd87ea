// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actor_fixture.h"
#include "controller_actor.h"

#include <caf/typed_response_promise.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

/// A quorum in memory that agrees at once, unless told otherwise.
struct agreeable_quorum {
  cluster::image_ptr image = std::make_shared<cluster::metadata_image>();
  /// What the next proposal is answered, when it is a problem.
  problem refuse_next;
  size_t proposals = 0;
  /// Whom it tells of what it agreed on.
  std::vector<controller_actor> listeners;

  records_committed commit(const propose_records& x);
};

/// A real controller over such a quorum; its follower is a dummy.
class controller_fixture : public actor_fixture {
public:
  static constexpr cluster::node_id node_id = 0;

  controller_fixture();
  ~controller_fixture();

  controller_actor start(cluster::node_id self);
  /// The quorum has another leader; node_id is the controller's own.
  void lead(const controller_actor& whom, cluster::node_id leader);
  /// To another node's: somebody else leads, as before.
  void follow(const controller_actor& whom, cluster::node_id leader);
  void restart();
  metadata_decided register_me();
  metadata_decided create(std::vector<std::string> names);
  int64_t producer_id();

  /// Topics of one partition with one replica.
  static create_topics creation(std::vector<std::string> names);

  agreeable_quorum agreed;
  /// What the follower was told, in order.
  std::vector<cluster::image_ptr> applied;
  /// Whether the follower answers only when it is told housekeeping_due.
  bool hold = false;
  quorum_actor quorum;
  broker_actor follower;
  controller_actor controller;
  /// Another node's, which is asked when this one does not lead.
  controller_actor elsewhere;

private:
  static broker_actor::behavior_type
  dummy_broker(broker_actor::pointer self, controller_fixture* test);
  static quorum_actor::behavior_type
  dummy_quorum(quorum_actor::pointer self, agreeable_quorum* agreed);

  caf::typed_response_promise<metadata_applied> held_;
  cluster::leader_epoch_t epoch_ = 0;
};

} // namespace troupe::actors
