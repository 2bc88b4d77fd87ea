// SPDX-License-Identifier: Apache-2.0
#include "controller_actor_fixture.h"

#include <doctest/doctest.h>

#include <utility>

namespace troupe::actors {

records_committed agreeable_quorum::commit(const propose_records& x) {
  ++proposals;
  if (!refuse_next.ok())
    return {std::exchange(refuse_next, {}), nullptr};
  REQUIRE(x.expected_end_offset == image->end_offset);
  auto next = cluster::apply(
      *image, x.records,
      image->end_offset + static_cast<storage::offset_t>(x.records.size()));
  REQUIRE_MESSAGE(next, next.error().message);
  image = *next;
  for (const auto& listener : listeners)
    caf::anon_send(listener, image_committed{image});
  return {{}, image};
}

controller_fixture::controller_fixture() {
  follower = keep(system().spawn(dummy_broker, this));
  quorum = keep(system().spawn(dummy_quorum, &agreed));
  controller = start(node_id);
  lead(controller, node_id);
  register_me();
}

controller_fixture::~controller_fixture() {
  held_ = {};
  agreed.listeners.clear();
  end_actors();
}

broker_actor::behavior_type
controller_fixture::dummy_broker(broker_actor::pointer self,
                                 controller_fixture* test) {
  return {
      [=](const apply_metadata& x) -> caf::result<metadata_applied> {
        test->applied.push_back(x.image);
        if (!test->hold)
          return metadata_applied{};
        test->held_ = self->make_response_promise<metadata_applied>();
        return test->held_;
      },
      [](const partition_failed&) {},
      [](const compaction_due&) {},
      [](const replica_check_due&) {},
      [](const serve_newest&) {},
      // A promise is delivered by its actor alone; this is the signal.
      [=](const housekeeping_due&) { test->held_.deliver(metadata_applied{}); },
      [](const stop_broker&) { return broker_stopped{}; },
  };
}

quorum_actor::behavior_type
controller_fixture::dummy_quorum(quorum_actor::pointer,
                                 agreeable_quorum* agreed) {
  return {
      [](const quorum_letter&) {},
      [](const start_quorum&) {},
      [=](const propose_records& x) { return agreed->commit(x); },
      [](const remove_voter&) { return voter_removed{}; },
      [](const describe_quorum&) { return cluster::quorum_description{}; },
      [](const resign_leadership&) { return leadership_resigned{}; },
      [](const peer_lost&) {},
      [](const flush_quorum&) {},
      [](const quorum_tick&) {},
  };
}

controller_actor controller_fixture::start(cluster::node_id self) {
  controller_config config;
  config.broker.id = self;
  // So few that a test needs several blocks.
  config.broker.producer_id_block_size = 10;
  config.quorum = quorum;
  config.follower = follower;
  config.controller_of = [this](cluster::node_id) {
    return caf::actor_cast<remote_controller_actor>(elsewhere);
  };
  config.seed = 1;
  config.now = [] { return int64_t{0}; };
  auto x = keep(system().spawn(actors::controller, std::move(config)));
  agreed.listeners.push_back(x);
  return x;
}

void controller_fixture::lead(const controller_actor& whom,
                              cluster::node_id leader) {
  tell(whom, quorum_changed{leader, ++epoch_, leader == node_id, agreed.image});
}

void controller_fixture::follow(const controller_actor& whom,
                                cluster::node_id leader) {
  tell(whom, quorum_changed{leader, epoch_, false, agreed.image});
}

void controller_fixture::restart() {
  caf::anon_send_exit(controller, caf::exit_reason::user_shutdown);
  agreed.listeners.clear();
  run();
  applied.clear();
  controller = start(node_id);
  lead(controller, node_id);
  register_me();
}

metadata_decided controller_fixture::register_me() {
  return ask<metadata_decided>(controller,
                               register_node{{node_id, "host", 9092, ""}});
}

create_topics controller_fixture::creation(std::vector<std::string> names) {
  create_topics order;
  for (auto& name : names) {
    auto& topic = order.topics.emplace_back();
    topic.name = std::move(name);
    topic.num_partitions = 1;
    topic.replication_factor = 1;
  }
  return order;
}

metadata_decided controller_fixture::create(std::vector<std::string> names) {
  return ask<metadata_decided>(controller, creation(std::move(names)));
}

int64_t controller_fixture::producer_id() {
  auto x = ask<producer_id_allocated>(controller, allocate_producer_id{});
  REQUIRE(x.why.ok());
  return x.producer_id;
}

} // namespace troupe::actors
