// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/interfaces.h>
#include <troupe/cluster/controller.h>
#include <troupe/cluster/failure_detector.h>
#include <troupe/cluster/metadata_log.h>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace troupe::actors {

struct controller_config {
  cluster::broker_config broker;
  /// Taken out by the actor, which becomes its only user.
  std::shared_ptr<std::unique_ptr<cluster::metadata_log>> log;
  /// Told about each new image.
  broker_actor follower;
  uint64_t seed = 0;
  std::function<storage::timestamp_ms()> now;
};

struct controller_state {
  static inline const char* name = "controller";

  explicit controller_state(controller_actor::pointer self) : self(self) {}
  ~controller_state();

  void open(controller_config x);

  caf::result<metadata_decided> on_create_topics(const create_topics& x);
  caf::result<metadata_decided> on_delete_topics(const delete_topics& x);
  caf::result<metadata_decided> on_create_partitions(const create_partitions&);
  caf::result<metadata_decided> on_alter_configs(const alter_configs& x);
  caf::result<metadata_decided> on_register_node(const register_node& x);
  producer_id_allocated on_allocate_producer_id();

  controller_actor::pointer self;

private:
  /// Decides item after item, each against the image its predecessors made,
  /// then appends everything as one delta and has it applied.
  template <class Items, class Decide>
  caf::result<metadata_decided> decide(const Items& items, bool validate_only,
                                       Decide decide_one);
  caf::result<metadata_decided> publish(metadata_decided decided);

  controller_config config_;
  std::unique_ptr<cluster::metadata_log> log_;
  std::optional<cluster::controller> core_;
  std::optional<cluster::failure_detector> sessions_;
  /// Ids left of the block that the metadata log says we own.
  int64_t next_producer_id_ = 0;
  int64_t producer_id_end_ = 0;
};

controller_actor::behavior_type
controller(controller_actor::stateful_pointer<controller_state> self,
           controller_config config);

} // namespace troupe::actors
