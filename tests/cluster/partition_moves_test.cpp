// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/cluster_fixture.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

using ids = std::vector<node_id>;

broker_config at_a_time(int32_t partitions) {
  broker_config config;
  config.cluster.moving_partitions_max = partitions;
  return config;
}

/// All replicas that move catch up at once.
image_ptr caught_up(image_ptr image) {
  for (const auto& name : moving_partitions(*image)) {
    const auto& topic = *image->find(name.topic);
    const auto& x = *image->find(name);
    isr_alteration asked{
        x.leader,   topic.id, name.partition, x.leader_epoch, x.partition_epoch,
        x.replicas, {}};
    for (auto node : asked.isr)
      asked.incarnations.push_back(image->nodes.at(node).incarnation);
    image = carried_out(image, fresh().alter_isr(*image, asked));
  }
  return image;
}

/// Moves until there is nothing to move; how many moved at a time at most.
size_t move_all(image_ptr& image, const broker_config& config = {}) {
  size_t most = 0;
  for (int round = 0; round < 1000; ++round) {
    auto made = fresh(config).move_partitions(*image);
    if (made.records.empty())
      return most;
    image = carried_out(image, made);
    most = std::max(most, moving_partitions(*image).size());
    image = caught_up(image);
  }
  FAIL("partitions move for ever");
  return most;
}

size_t preferred_on(const image_ptr& image, node_id node) {
  size_t count = 0;
  for (const auto& [name, topic] : image->topics)
    count += static_cast<size_t>(std::count_if(
        topic->partitions.begin(), topic->partitions.end(),
        [node](const auto& x) { return x.replicas.front() == node; }));
  return count;
}

image_ptr filling(const image_ptr& image, const node_registration& newcomer) {
  return after(image, {node_registered{newcomer},
                       broker_configs_replaced{
                           newcomer.id, {{"troupe.node.filling", "true"}}}});
}

/// 30 partitions of three replicas, evenly on nodes 1, 2, 3.
image_ptr even() {
  std::vector<ids> replicas;
  for (node_id i = 0; i < 30; ++i)
    replicas.push_back({1 + i % 3, 1 + (i + 1) % 3, 1 + (i + 2) % 3});
  return with_topic(cluster_of({1, 2, 3}), replicas);
}

} // namespace

TEST_CASE("moves: nothing moves unless it is wanted") {
  auto image = after(even(), {node_registered{member(4)}});
  CHECK(fresh().move_partitions(*image).records.empty());
}

TEST_CASE("moves: a new node is given its share, of leadership too") {
  auto image = filling(even(), member(4));
  CHECK(move_all(image) == 20);
  CHECK(replicas_on(*image, 4) == 22);
  CHECK(preferred_on(image, 4) >= 6);
  CHECK(preferred_on(image, 4) <= 8);
  for (node_id node : {1, 2, 3})
    CHECK(replicas_on(*image, node) <= 23);
  CHECK(image->broker_configs.empty());
}

TEST_CASE("moves: a new node whose disks are full is filled when they have "
          "room") {
  auto image =
      after(filling(even(), member(4)),
            {broker_configs_replaced{4,
                                     {{"troupe.node.filling", "true"},
                                      {"troupe.node.crowded", "true"}}}});
  CHECK(fresh().move_partitions(*image).records.empty());
  image = after(
      image, {broker_configs_replaced{4, {{"troupe.node.filling", "true"}}}});
  CHECK(move_all(image) == 20);
}

TEST_CASE("moves: a drained node's partitions avoid full disks") {
  auto image = with_topic(cluster_of({1, 2, 3, 4}), {{1, 2}, {2, 1}, {1, 2}});
  image = after(
      image, {broker_configs_replaced{3, {{"troupe.node.crowded", "true"}}}});
  image = carried_out(image, fresh().drain_node(*image, 1));
  move_all(image);
  CHECK(replicas_on(*image, 1) == 0);
  CHECK(replicas_on(*image, 3) == 0);
  CHECK(replicas_on(*image, 4) == 3);
}

TEST_CASE("moves: so many at a time, those that somebody asked for included") {
  auto image = filling(even(), member(4));
  CHECK(move_all(image, at_a_time(3)) == 3);
  image = filling(even(), member(4));
  auto one = fresh().alter_reassignment(*image, {{"t", 0}, ids{4, 2, 3}});
  image = carried_out(image, one);
  image = carried_out(image, fresh(at_a_time(3)).move_partitions(*image));
  CHECK(moving_partitions(*image).size() == 3);
  CHECK(fresh(at_a_time(3)).move_partitions(*image).records.empty());
}

TEST_CASE("moves: racks stay apart") {
  auto image = with_topic(
      image_of({node_registered{member(1, "a")},
                node_registered{member(2, "b")}, cluster_created{"c"}}),
      {{1, 2}, {2, 1}, {1, 2}, {2, 1}});
  image = filling(image, member(3, "b"));
  move_all(image);
  CHECK(replicas_on(*image, 1) == 4);
  CHECK(replicas_on(*image, 3) == 2);
}

TEST_CASE("moves: a node with nothing to take is not filled for ever") {
  auto image = filling(with_topic(cluster_of({1, 2}), {{1, 2}}), member(3));
  move_all(image);
  CHECK(image->broker_configs.empty());
}

TEST_CASE("moves: a draining node loses all that it has") {
  auto image = after(even(), {node_registered{member(4)}});
  CHECK(why(fresh().drain_node(*image, 9)) == refusal::unknown_node);
  image = carried_out(image, fresh().drain_node(*image, 2));
  CHECK(usable_nodes(*image) == ids{1, 3, 4});
  CHECK(fresh().drain_node(*image, 2).records.empty());
  CHECK(move_all(image, at_a_time(7)) == 7);
  CHECK(replicas_on(*image, 2) == 0);
  CHECK(replicas_on(*image, 4) == 30);
  for (const auto& x : image->find("t")->partitions)
    CHECK(x.replicas.size() == 3);
  image = carried_out(fenced(image, {2}),
                      fresh().remove_node(*fenced(image, {2}), 2));
  CHECK(image->broker_configs.empty());
}

TEST_CASE("moves: what was on its way to a draining node goes back") {
  auto image = filling(even(), member(4));
  image = carried_out(image, fresh().move_partitions(*image));
  REQUIRE(moving_partitions(*image).size() == 20);
  // It is gone for good.
  image = fenced(image, {4});
  image = carried_out(image, fresh().drain_node(*image, 4));
  move_all(image);
  CHECK(replicas_on(*image, 4) == 0);
  for (node_id node : {1, 2, 3})
    CHECK(replicas_on(*image, node) == 30);
  CHECK(why(fresh().remove_node(*image, 4)) == refusal::none);
}

TEST_CASE("moves: the last in sync stays on a draining node until others are") {
  auto image = with_topic(cluster_of({1, 2, 3}), {{1}});
  auto one = fresh().alter_reassignment(*image, {{"t", 0}, ids{2, 3}});
  image = carried_out(image, one);
  // Only who was added is left.
  image =
      carried_out(image, fresh().alter_isr(*image, proposal(image, {1, 2})));
  image = fenced(image, {1});
  REQUIRE(partition_of(image).isr == ids{2});
  image = after(
      image, {broker_configs_replaced{2, {{"troupe.node.draining", "true"}}}});
  image = carried_out(image, fresh().move_partitions(*image));
  CHECK(partition_of(image).leader == 2);
  CHECK(partition_of(image).removing == ids{2});
  image = after(image, {node_registered{member(1)}});
  move_all(image);
  image = caught_up(image);
  CHECK(partition_of(image).replicas == ids{1});
  CHECK(replicas_on(*image, 2) == 0);
}

TEST_CASE("moves: those to a node that is away leave room for others") {
  auto image = filling(even(), member(4));
  image = carried_out(image, fresh().move_partitions(*image));
  REQUIRE(moving_partitions(*image).size() == 20);
  image = filling(fenced(image, {4}), member(5));
  image = carried_out(image, fresh().move_partitions(*image));
  CHECK(replicas_on(*image, 5) > 0);
  // They count again when it is back.
  image = after(image, {node_registered{member(4)}});
  auto moving = moving_partitions(*image).size();
  image = carried_out(image, fresh().move_partitions(*image));
  CHECK(moving_partitions(*image).size() == moving);
}

TEST_CASE("moves: a node is not drained when there is no room elsewhere") {
  auto image = even();
  CHECK(why(fresh().drain_node(*image, 2))
        == refusal::invalid_replication_factor);
  image = after(image, {node_registered{member(4)}});
  CHECK(why(fresh().drain_node(*fenced(image, {4}), 2))
        == refusal::invalid_replication_factor);
}

TEST_CASE("moves: a drained node's partitions go to racks of their own") {
  auto image = with_topic(
      image_of({cluster_created{"c"}, node_registered{member(1, "a")},
                node_registered{member(2, "b")},
                node_registered{member(3, "a")},
                node_registered{member(4, "b")}}),
      {{1, 2}, {2, 1}});
  image = carried_out(image, fresh().drain_node(*image, 2));
  move_all(image);
  CHECK(partition_of(image, 0).replicas == ids{1, 4});
  CHECK(partition_of(image, 1).replicas == ids{4, 1});
}

TEST_CASE("moves: the offsets topic grows with the cluster") {
  topic_image offsets;
  offsets.name = "__consumer_offsets";
  offsets.id = id(7);
  offsets.partitions.assign(9, partition({1}));
  auto image = after(cluster_of({1}), {topic_created{offsets}});
  CHECK(fresh().move_partitions(*image).records.empty());
  image = after(image, {node_registered{member(2)}});
  CHECK(move_all(image, at_a_time(4)) == 4);
  image =
      after(image, {node_registered{member(3)}, node_registered{member(4)}});
  move_all(image);
  std::set<node_id> leaders;
  for (const auto& x : image->find("__consumer_offsets")->partitions) {
    CHECK(x.replicas.size() == 3);
    leaders.insert(x.replicas.front());
  }
  CHECK(leaders.size() >= 3);
}
