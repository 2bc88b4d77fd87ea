// SPDX-License-Identifier: Apache-2.0
#include "actor_fixture.h"
#include "controller_actor.h"

#include <set>
#include <utility>

using namespace troupe;
using namespace troupe::actors;
using cluster::refusal;

namespace {

constexpr cluster::node_id node_id = 0;

cluster::node_heartbeat beat_of(cluster::node_id node) {
  cluster::node_heartbeat beat;
  beat.node = node;
  return beat;
}

/// A quorum in memory that agrees at once, unless told otherwise.
struct dummy_quorum_state {
  cluster::image_ptr image = std::make_shared<cluster::metadata_image>();
  /// What the next proposal is answered, when it is a problem.
  problem refuse_next;
  size_t proposals = 0;
  std::vector<controller_actor> listeners;

  records_committed commit(const propose_records& x) {
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
};

/// A real controller over such a quorum; its follower is a dummy.
struct controller_fixture : actor_fixture {
  dummy_quorum_state agreed;
  std::vector<cluster::image_ptr> applied;
  bool hold = false;
  caf::typed_response_promise<metadata_applied> held;
  quorum_actor quorum;
  broker_actor follower;
  controller_actor controller;
  /// Another node's, which is asked when this one does not lead.
  controller_actor elsewhere;
  int64_t block = 10;
  int64_t now_ms = 0;
  cluster::leader_epoch_t epoch = 0;

  controller_fixture() {
    follower = keep(system().spawn(dummy_broker, this));
    quorum = keep(system().spawn(dummy_quorum, &agreed));
    controller = start(node_id);
    lead(controller, node_id);
    register_me();
  }
  ~controller_fixture() {
    held = {};
    agreed.listeners.clear();
    end_actors();
  }

  static broker_actor::behavior_type
  dummy_broker(broker_actor::pointer self, controller_fixture* test) {
    return {
        [=](const apply_metadata& x) -> caf::result<metadata_applied> {
          test->applied.push_back(x.image);
          if (!test->hold)
            return metadata_applied{};
          test->held = self->make_response_promise<metadata_applied>();
          return test->held;
        },
        [](const partition_failed&) {},
        [](const compaction_due&) {},
        [](const replica_check_due&) {},
        // A promise is delivered by its actor alone; this is the signal.
        [=](const housekeeping_due&) {
          test->held.deliver(metadata_applied{});
        },
        [](const stop_broker&) { return broker_stopped{}; },
    };
  }

  controller_actor start(cluster::node_id self) {
    controller_config config;
    config.broker.id = self;
    config.broker.producer_id_block_size = block;
    config.quorum = quorum;
    config.follower = follower;
    config.controller_of = [this](cluster::node_id) {
      return caf::actor_cast<remote_controller_actor>(elsewhere);
    };
    config.seed = 1;
    config.now = [this] { return now_ms; };
    auto x = keep(system().spawn(actors::controller, std::move(config)));
    agreed.listeners.push_back(x);
    return x;
  }

  void lead(const controller_actor& whom, cluster::node_id leader) {
    tell(whom, quorum_changed{leader, ++epoch, leader == node_id,
                              agreed.image});
  }

  void restart() {
    caf::anon_send_exit(controller, caf::exit_reason::user_shutdown);
    agreed.listeners.clear();
    run();
    applied.clear();
    controller = start(node_id);
    lead(controller, node_id);
    register_me();
  }

  metadata_decided register_me() {
    return ask<metadata_decided>(controller,
                                 register_node{{node_id, "host", 9092, ""}});
  }

  static quorum_actor::behavior_type
  dummy_quorum(quorum_actor::pointer, dummy_quorum_state* state) {
    return {
        [](const quorum_letter&) {},
        [](const start_quorum&) {},
        [=](const propose_records& x) { return state->commit(x); },
        [](const remove_voter&) { return voter_removed{}; },
        [](const describe_quorum&) { return cluster::quorum_description{}; },
        [](const resign_leadership&) { return leadership_resigned{}; },
        [](const peer_lost&) {},
        [](const flush_quorum&) {},
        [](const quorum_tick&) {},
    };
  }

  static create_topics creation(std::vector<std::string> names) {
    create_topics order;
    for (auto& name : names) {
      auto& topic = order.topics.emplace_back();
      topic.name = std::move(name);
      topic.num_partitions = 1;
      topic.replication_factor = 1;
    }
    return order;
  }

  metadata_decided create(std::vector<std::string> names) {
    return ask<metadata_decided>(controller, creation(std::move(names)));
  }

  int64_t producer_id() {
    auto x = ask<producer_id_allocated>(controller, allocate_producer_id{});
    REQUIRE(x.why.ok());
    return x.producer_id;
  }
};

} // namespace

TEST_CASE("controller: a decision is answered once brokers serve it") {
  controller_fixture x;
  x.applied.clear();
  x.hold = true;
  auto answer =
      x.start_asking<metadata_decided>(x.controller, x.creation({"a"}));
  REQUIRE(x.applied.size() == 1);
  CHECK(x.applied[0]->find("a") != nullptr);
  CHECK_FALSE(answer->has_value());
  x.tell(x.follower, housekeeping_due{});
  REQUIRE(answer->has_value());
  REQUIRE((*answer)->results.size() == 1);
  CHECK((*answer)->results[0].ok());
  CHECK((*answer)->image == x.applied[0]);
}

TEST_CASE("controller: an item sees what the items before it decided") {
  controller_fixture x;
  x.applied.clear();
  auto decided = x.create({"a", "a", "no/pe", "b"});
  REQUIRE(decided.results.size() == 4);
  CHECK(decided.results[0].ok());
  CHECK(is(decided.results[1], refusal::topic_exists));
  CHECK(is(decided.results[2], refusal::invalid_topic_name));
  CHECK(decided.results[3].ok());
  // One delta, one new image.
  CHECK(x.applied.size() == 1);
  CHECK(decided.image->topics.size() == 2);
}

TEST_CASE("controller: what is only validated reaches nobody") {
  controller_fixture x;
  x.applied.clear();
  auto order = x.creation({"a"});
  order.validate_only = true;
  auto decided = x.ask<metadata_decided>(x.controller, order);
  CHECK(decided.results.at(0).ok());
  CHECK(decided.image->find("a") != nullptr);
  CHECK(x.applied.empty());
  CHECK(x.create({"a"}).results.at(0).ok());
}

TEST_CASE("controller: a topic is deleted and gets a new id when created") {
  controller_fixture x;
  auto first = x.create({"a"}).image->find("a")->id;
  delete_topics order;
  order.topics.push_back({"a", {}});
  order.topics.push_back({"nope", {}});
  auto deleted = x.ask<metadata_decided>(x.controller, order);
  CHECK(deleted.results.at(0).ok());
  CHECK(is(deleted.results.at(1), refusal::unknown_topic));
  CHECK(deleted.image->find("a") == nullptr);
  CHECK(x.create({"a"}).image->find("a")->id != first);
}

TEST_CASE("controller: partitions are added and configs altered") {
  controller_fixture x;
  x.create({"a"});
  create_partitions more;
  more.topics.push_back({"a", 3, {}});
  CHECK(x.ask<metadata_decided>(x.controller, more)
            .image->find("a")
            ->partitions.size()
        == 3);
  alter_configs change;
  auto& alteration = change.resources.emplace_back();
  alteration.topic = "a";
  alteration.changes.push_back(
      {"retention.ms", cluster::config_operation::set, "5000"});
  CHECK(x.ask<metadata_decided>(x.controller, change)
            .image->find("a")
            ->configs.at("retention.ms")
        == "5000");
}

TEST_CASE("controller: what was not agreed on was not decided") {
  controller_fixture x;
  x.applied.clear();
  x.agreed.refuse_next = storage::error{storage::errc::io, "no disk"};
  auto decided = x.create({"a", "no/pe"});
  REQUIRE(decided.results.size() == 2);
  CHECK(is(decided.results[0], storage::errc::io));
  CHECK(is(decided.results[1], refusal::invalid_topic_name));
  CHECK(decided.image->find("a") == nullptr);
  CHECK(x.applied.empty());
  CHECK(x.create({"a"}).results.at(0).ok());
}

TEST_CASE("controller: decisions survive a restart") {
  controller_fixture x;
  auto id = x.create({"a"}).image->find("a")->id;
  x.restart();
  // Registered already: nothing new to agree on, only to be served.
  CHECK(x.applied.size() == 1);
  auto again = x.create({"a"});
  CHECK(is(again.results.at(0), refusal::topic_exists));
  CHECK(again.image->find("a")->id == id);
}

TEST_CASE("controller: a lost broker does not undo a decision") {
  controller_fixture x;
  caf::anon_send_exit(x.follower, caf::exit_reason::kill);
  x.run();
  auto decided = x.create({"a"});
  CHECK(decided.results.at(0).ok());
  CHECK(decided.image->find("a") != nullptr);
}

TEST_CASE("controller: producer ids are given once, also after a restart") {
  controller_fixture x;
  std::set<int64_t> given;
  for (int i = 0; i < 25; ++i)
    CHECK(given.insert(x.producer_id()).second);
  x.restart();
  for (int i = 0; i < 25; ++i)
    CHECK(given.insert(x.producer_id()).second);
  CHECK(*given.begin() >= 0);
}

TEST_CASE("controller: a producer id that cannot be noted is not given") {
  controller_fixture x;
  x.agreed.refuse_next = storage::error{storage::errc::io, "no disk"};
  auto refused =
      x.ask<producer_id_allocated>(x.controller, allocate_producer_id{});
  CHECK_FALSE(refused.why.ok());
  CHECK(refused.producer_id == -1);
  CHECK(x.producer_id() >= 0);
}

TEST_CASE("controller: without a leader every question is refused at once") {
  controller_fixture x;
  x.lead(x.controller, cluster::no_node);
  CHECK(is(x.create({"a"}).results.at(0), refusal::not_controller));
  auto refused =
      x.ask<producer_id_allocated>(x.controller, allocate_producer_id{});
  CHECK(is(refused.why, refusal::not_controller));
  auto beat = x.ask<heartbeat_answered>(x.controller,
                                        beat_of(node_id));
  CHECK(is(beat.why, refusal::not_controller));
  auto isr = x.ask<isr_judged>(x.controller, propose_isr{});
  CHECK(is(isr.why, refusal::not_controller));
  auto joined = x.ask<cluster_joined>(x.controller, join_cluster{});
  CHECK(is(joined.why, refusal::not_controller));
}

TEST_CASE("controller: what another node decides is served here first") {
  controller_fixture x;
  x.elsewhere = x.controller;
  auto here = x.start(7);
  x.lead(here, node_id);
  x.applied.clear();
  auto decided = x.ask<metadata_decided>(here, x.creation({"a", "no/pe"}));
  REQUIRE(decided.results.size() == 2);
  CHECK(decided.results[0].ok());
  CHECK(is(decided.results[1], refusal::invalid_topic_name));
  CHECK(decided.image->find("a") != nullptr);
  // Both brokers, which are one in this test.
  CHECK(x.applied.size() == 2);
  auto first = x.ask<producer_id_allocated>(here, allocate_producer_id{});
  REQUIRE(first.why.ok());
  CHECK(first.producer_id != x.producer_id());
}

TEST_CASE("controller: questions that come together are agreed on together") {
  controller_fixture x;
  x.agreed.proposals = 0;
  auto a = x.start_asking<metadata_decided>(x.controller, x.creation({"a"}));
  CHECK(x.agreed.proposals == 1);
  std::vector<std::shared_ptr<std::optional<metadata_decided>>> answers;
  for (const char* name : {"b", "c", "d"})
    x.system().spawn([&, name](caf::event_based_actor* self) {
      self->request(x.controller, std::chrono::minutes(1), x.creation({name}))
          .then([](const metadata_decided& y) {
            CHECK(y.results.at(0).ok());
          });
    });
  x.run();
  CHECK(x.agreed.proposals <= 4);
  CHECK(x.agreed.image->topics.size() == 4);
}

TEST_CASE("controller: a node that joins keeps its id when it asks again") {
  controller_fixture x;
  join_cluster order;
  order.incarnation.bytes.back() = 5;
  order.cluster_host = "peer";
  order.cluster_port = 9;
  auto first = x.ask<cluster_joined>(x.controller, order);
  REQUIRE_MESSAGE(first.why.ok(), first.why.message);
  CHECK(first.node != node_id);
  CHECK(first.node != cluster::no_node);
  CHECK(x.ask<cluster_joined>(x.controller, order).node == first.node);
  order.incarnation.bytes.back() = 6;
  CHECK(x.ask<cluster_joined>(x.controller, order).node != first.node);
}
