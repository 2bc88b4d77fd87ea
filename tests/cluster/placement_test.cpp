// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/cluster_fixture.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

using ids = std::vector<node_id>;

/// Nodes 1, 2, ... in these racks.
image_ptr in_racks(const std::vector<std::string>& racks) {
  metadata_delta delta;
  for (const auto& rack : racks)
    delta.emplace_back(
        node_registered{member(static_cast<node_id>(delta.size()) + 1, rack)});
  return image_of(delta);
}

topic_image placed(image_ptr image, int32_t partitions, int16_t factor) {
  auto by = fresh();
  auto x = named("t");
  x.num_partitions = partitions;
  x.replication_factor = factor;
  return created(by, image, x);
}

std::set<std::string> racks_of(const image_ptr& image, const ids& replicas) {
  std::set<std::string> racks;
  for (auto node : replicas)
    racks.insert(image->nodes.at(node).rack);
  return racks;
}

} // namespace

TEST_CASE("placement: replicas stand in racks of their own") {
  auto image = in_racks({"a", "a", "a", "b", "b", "c"});
  for (const auto& x : placed(image, 60, 3).partitions) {
    CHECK(racks_of(image, x.replicas).size() == 3);
    CHECK(std::set(x.replicas.begin(), x.replicas.end()).size() == 3);
  }
}

TEST_CASE("placement: with fewer racks than replicas each rack has some") {
  auto image = in_racks({"a", "a", "b", "b"});
  for (const auto& x : placed(image, 20, 3).partitions)
    CHECK(racks_of(image, x.replicas).size() == 2);
  for (const auto& x : placed(image, 20, 4).partitions)
    CHECK(std::set(x.replicas.begin(), x.replicas.end()).size() == 4);
}

TEST_CASE("placement: racks do not change who leads") {
  std::map<node_id, int> leaders;
  auto image = in_racks({"a", "a", "b", "b"});
  for (const auto& x : placed(image, 40, 2).partitions)
    ++leaders[x.leader];
  for (auto [node, count] : leaders)
    CHECK(count == 10);
}

TEST_CASE("placement: nodes that are fenced, leaving or draining get nothing") {
  auto leaving = member(3);
  leaving.leaving = true;
  auto image = fenced(
      after(cluster_of({1, 2, 3, 4, 5}), {node_registered{leaving}}), {2});
  image = carried_out(image, fresh().drain_node(*image, 4));
  for (const auto& x : placed(image, 10, 2).partitions) {
    auto replicas = x.replicas;
    std::sort(replicas.begin(), replicas.end());
    CHECK(replicas == ids{1, 5});
  }
  auto wide = named("t");
  wide.replication_factor = 3;
  auto made = fresh().create_topic(*image, wide);
  CHECK(why(made) == refusal::invalid_replication_factor);
  CHECK(made.verdict.message
        == "Unable to replicate the partition 3 time(s): The target "
           "replication factor of 3 cannot be reached because only 2 broker(s) "
           "are registered.");
}

TEST_CASE("placement: nodes with full disks get something when there are too "
          "few others") {
  auto image = cluster_of({1, 2, 3});
  image = after(
      image, {broker_configs_replaced{2, {{"troupe.node.crowded", "true"}}}});
  for (const auto& x : placed(image, 10, 2).partitions)
    CHECK(std::find(x.replicas.begin(), x.replicas.end(), 2)
          == x.replicas.end());
  for (const auto& x : placed(image, 10, 3).partitions)
    CHECK(x.replicas.size() == 3);
}

TEST_CASE("placement: an explicit one may name nodes that are away") {
  auto by = fresh();
  auto image = fenced(cluster_of({1, 2, 3}), {1});
  auto topic =
      *after(image, by.create_topic(*image, assigned({{0, {1, 2, 3}}})).records)
           ->find("t");
  CHECK(topic.partitions[0].replicas == ids{1, 2, 3});
  CHECK(topic.partitions[0].isr == ids{2, 3});
  CHECK(topic.partitions[0].leader == 2);
  CHECK(creating(image, assigned({{0, {2}}, {1, {1}}}))
        == refusal::invalid_replica_assignment);
  image = with_topic(image, {{2}});
  CHECK(why(by.create_partitions(*image, {"t", 2, {{{1}}}}))
        == refusal::invalid_replica_assignment);
}
