// SPDX-License-Identifier: Apache-2.0
#include "broker_fixture.h"

#include <filesystem>

using namespace troupe;
using namespace troupe::actors;

namespace {

constexpr cluster::node_id other_node = 2;
using nodes = std::vector<cluster::node_id>;

/// A broker among others: links to them only take notes.
struct roles_fixture : broker_fixture {
  roles_fixture() {
    link = keep(system().spawn(link_of, this));
    config.link_to = [this](cluster::node_id node) {
      return node == other_node ? link : batch_source_actor{};
    };
  }

  ~roles_fixture() {
    pulls.clear();
    link = nullptr;
    broker = nullptr;
    config.link_to = nullptr;
  }

  static batch_source_actor::behavior_type
  link_of(batch_source_actor::pointer, roles_fixture* test) {
    return {
        [=](const request_batches& x) { test->pulls.push_back(x); },
        [=](const forget_pull&) { ++test->forgotten; },
    };
  }

  /// One topic with one partition.
  metadata_applied apply_one(cluster::node_id leader,
                             cluster::leader_epoch_t epoch, nodes replicas,
                             storage::uuid incarnation = {}) {
    return apply_one({leader, epoch, replicas, replicas}, incarnation);
  }

  metadata_applied
  apply_one(cluster::partition_registration x, storage::uuid incarnation = {}) {
    x.partition_epoch = ++changes;
    auto next = std::make_shared<cluster::metadata_image>(*image({{"t", {}}}));
    auto topic = std::make_shared<cluster::topic_image>(*next->topics.at("t"));
    topic->partitions[0] = std::move(x);
    next->topics["t"] = next->topics_by_id[topic->id] = topic;
    next->nodes[this_node].incarnation = incarnation;
    return ask<metadata_applied>(broker, apply_metadata{next});
  }

  /// The leader's answer to the newest pull.
  void arrive(size_t bytes) {
    const auto& asked = pulls.back();
    batches_pulled x;
    x.outcome.name = asked.pull.name;
    x.outcome.topic_id = asked.pull.topic_id;
    x.outcome.fetch_offset = asked.pull.fetch_offset;
    x.outcome.leader_epoch = asked.pull.leader_epoch;
    x.outcome.high_watermark = asked.pull.fetch_offset;
    x.outcome.log_start_offset = 0;
    x.batches = storage::test::log_fixture::batch(1, bytes, 1000);
    tell(asked.client, std::move(x));
  }

  bool on_disk() const {
    return std::filesystem::exists(where[0].path() + "/t-0");
  }

  batch_source_actor link;
  std::vector<request_batches> pulls;
  int forgotten = 0;
  int32_t changes = 0;
};

} // namespace

TEST_CASE("broker: partitions of other nodes are not opened") {
  roles_fixture x;
  x.start();
  CHECK(x.apply_one(other_node, 1, {other_node, 3}).why.ok());
  CHECK(x.route("t").actor == nullptr);
  CHECK_FALSE(x.on_disk());
  CHECK(x.pulls.empty());
}

TEST_CASE("broker: a partition that another node leads is pulled from there") {
  roles_fixture x;
  x.start();
  x.apply_one(other_node, 1, {other_node, this_node});
  auto partition = x.route("t").actor;
  REQUIRE(partition != nullptr);
  CHECK(is(x.append(partition), errc::not_leader));
  REQUIRE(x.pulls.size() == 1);
  CHECK(x.pulls[0].pull.name == storage::topic_partition{"t", 0});
  CHECK(x.pulls[0].pull.replica == this_node);
  CHECK(x.pulls[0].pull.leader_epoch == 1);
  CHECK(x.pulls[0].pull.fetch_offset == 0);
}

TEST_CASE("broker: leadership comes and goes with the images") {
  roles_fixture x;
  x.start();
  x.apply_one(this_node, 1, {this_node, other_node});
  auto partition = x.route("t").actor;
  CHECK(x.append(partition).ok());
  CHECK(x.pulls.empty());
  x.apply_one(other_node, 2, {this_node, other_node});
  CHECK(is(x.append(partition), errc::not_leader));
  REQUIRE(x.pulls.size() == 1);
  CHECK(x.pulls[0].pull.leader_epoch == 2);
  CHECK(x.pulls[0].pull.fetch_offset == 1);
  CHECK(x.pulls[0].pull.last_epoch == 1);
  x.apply_one(this_node, 3, {this_node, other_node});
  CHECK(x.forgotten == 1);
  CHECK(x.append(partition).ok());
  CHECK(x.end_offset(partition) == 2);
}

TEST_CASE("broker: a follower of nobody waits for a leader") {
  roles_fixture x;
  x.start();
  x.apply_one(cluster::no_node, 1, {other_node, this_node});
  CHECK(x.pulls.empty());
  x.apply_one(other_node, 2, {other_node, this_node});
  CHECK(x.pulls.size() == 1);
  // In the same epoch there is nothing new to ask.
  x.apply_one(other_node, 2, {other_node, this_node});
  CHECK(x.pulls.size() == 1);
}

TEST_CASE("broker: what moves here is copied at a bounded pace until it is in "
          "sync") {
  roles_fixture x;
  x.config.config.replication.moving_bytes_per_second = 1;
  x.start();
  cluster::partition_registration moving{
      other_node, 1, {other_node, this_node}, {other_node}, 0, {this_node}};
  x.apply_one(moving);
  REQUIRE(x.pulls.size() == 1);
  x.arrive(100);
  x.fire_timers();
  CHECK(x.pulls.size() == 1);
  moving.isr.push_back(this_node);
  x.apply_one(moving);
  REQUIRE(x.pulls.size() == 2);
  x.arrive(100);
  x.fire_timers();
  CHECK(x.pulls.size() > 2);
}

TEST_CASE("broker: a replica that is not needed any more is erased") {
  roles_fixture x;
  x.start();
  x.apply_one(other_node, 1, {other_node, this_node});
  REQUIRE(x.on_disk());
  x.apply_one(other_node, 1, {other_node, 3});
  CHECK(x.forgotten == 1);
  CHECK(x.route("t").actor == nullptr);
  CHECK_FALSE(x.on_disk());
}

TEST_CASE("broker: it leads only once the controller knows of this life") {
  roles_fixture x;
  x.config.incarnation = id_of(5);
  x.start();
  x.apply_one(this_node, 1, {this_node, other_node}, id_of(4));
  auto partition = x.route("t").actor;
  REQUIRE(partition != nullptr);
  CHECK(is(x.append(partition), errc::not_leader));
  CHECK(x.pulls.empty());
  x.apply_one(this_node, 2, {this_node, other_node}, id_of(5));
  CHECK(x.append(partition).ok());
}
