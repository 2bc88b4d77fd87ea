// SPDX-License-Identifier: Apache-2.0
#include "actor_fixture.h"
#include "controller_actor.h"

#include <tests/storage/fault_file_system.h>

#include <cerrno>
#include <set>

using namespace troupe;
using namespace troupe::actors;
using cluster::refusal;
using storage::test::operation;

namespace {

constexpr cluster::node_id node_id = 0;

/// A real controller on a metadata log in memory; its follower is a dummy.
struct controller_fixture : actor_fixture {
  storage::test::fault_file_system fs;
  std::vector<cluster::image_ptr> applied;
  bool hold = false;
  caf::typed_response_promise<metadata_applied> held;
  broker_actor follower;
  controller_actor controller;
  int64_t block = 10;

  controller_fixture() {
    REQUIRE(fs.create_directories("/data"));
    follower = keep(system().spawn(dummy_broker, this));
    start();
  }
  ~controller_fixture() {
    held = {};
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

  void start() {
    cluster::metadata_log_options where;
    where.directory = "/data";
    auto log = cluster::metadata_log::open(fs, where);
    REQUIRE(log);
    controller_config config;
    config.broker.id = node_id;
    config.broker.producer_id_block_size = block;
    config.log = std::make_shared<std::unique_ptr<cluster::metadata_log>>(
        std::move(*log));
    config.follower = follower;
    config.seed = 1;
    config.now = [] { return storage::timestamp_ms{1000}; };
    controller = keep(system().spawn(actors::controller, std::move(config)));
    register_me();
  }

  void restart() {
    caf::anon_send_exit(controller, caf::exit_reason::user_shutdown);
    run();
    applied.clear();
    start();
  }

  metadata_decided register_me() {
    return ask<metadata_decided>(controller,
                                 register_node{{node_id, "host", 9092, ""}});
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

TEST_CASE("controller: what could not be synced was not decided") {
  controller_fixture x;
  x.applied.clear();
  x.fs.inject(operation::sync, "__cluster_metadata-0", EIO);
  auto decided = x.create({"a", "no/pe"});
  REQUIRE(decided.results.size() == 2);
  CHECK(std::holds_alternative<storage::errc>(decided.results[0].code));
  CHECK(is(decided.results[1], refusal::invalid_topic_name));
  CHECK(decided.image->find("a") == nullptr);
  CHECK(x.applied.empty());
}

TEST_CASE("controller: decisions survive a restart") {
  controller_fixture x;
  auto id = x.create({"a"}).image->find("a")->id;
  x.restart();
  // Registered already: nothing new to tell anybody.
  CHECK(x.applied.empty());
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
  x.fs.inject(operation::write, "__cluster_metadata-0", EIO);
  auto refused =
      x.ask<producer_id_allocated>(x.controller, allocate_producer_id{});
  CHECK_FALSE(refused.why.ok());
  CHECK(refused.producer_id == -1);
}
