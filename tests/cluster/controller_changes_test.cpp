// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/controller_fixture.h>
#include <tests/cluster/images.h>

#include <doctest/doctest.h>

#include <optional>
#include <string>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

TEST_CASE("delete topic: by name or by id") {
  auto image = after(nodes(1), {topic("a", id(1))});
  for (const auto& reference :
       {topic_reference{"a", {}}, topic_reference{std::nullopt, id(1)}}) {
    auto x = fresh().delete_topic(*image, reference);
    CHECK(why(x) == refusal::none);
    CHECK(x.records == metadata_delta{topic_deleted{id(1)}});
  }
}

TEST_CASE("delete topic: unknown, unnamed and twice named topics are refused") {
  auto image = after(nodes(1), {topic("a", id(1))});
  auto deleting = [&image](const topic_reference& x) {
    return why(fresh().delete_topic(*image, x));
  };
  CHECK(deleting({"b", {}}) == refusal::unknown_topic);
  CHECK(deleting({"", {}}) == refusal::unknown_topic);
  CHECK(deleting({std::nullopt, id(2)}) == refusal::unknown_topic_id);
  CHECK(deleting({std::nullopt, {}}) == refusal::invalid_request);
  CHECK(deleting({"a", id(1)}) == refusal::invalid_request);
}

TEST_CASE("delete topic: may be switched off") {
  auto image = after(nodes(1), {topic("a", id(1))});
  broker_config config;
  config.delete_topics = false;
  CHECK(why(fresh(config).delete_topic(*image, {"a", {}}))
        == refusal::topic_deletion_disabled);
}

TEST_CASE("create partitions: go on round the nodes") {
  auto by = fresh();
  auto image = nodes(3);
  auto x = named("t");
  x.num_partitions = 7;
  x.replication_factor = 2;
  auto whole = created(by, image, x);
  auto other = nodes(3);
  x.num_partitions = 2;
  created(by, other, x);
  auto added = by.create_partitions(*other, {"t", 7, std::nullopt});
  REQUIRE(added.verdict.ok());
  other = after(other, added.records);
  CHECK(replicas_of(*other->find("t")) == replicas_of(whole));
}

TEST_CASE("create partitions: totals that do not grow are refused") {
  broker_config config;
  config.partitions_max = 10;
  auto image = after(nodes(1), {topic("a", id(1), 3), topic("b", id(2), 4)});
  auto growing = [&](const std::string& name, int32_t count) {
    return why(
        fresh(config).create_partitions(*image, {name, count, std::nullopt}));
  };
  for (auto count : {3, 2, 0, -1, -2147483647, 11, 2147483647})
    CHECK(growing("a", count) == refusal::invalid_partitions);
  CHECK(growing("a", 7) == refusal::policy_violation);
  CHECK(growing("a", 6) == refusal::none);
  CHECK(growing("x", 6) == refusal::unknown_topic);
}

TEST_CASE("create partitions: assignments must fit what is added") {
  auto image = after(nodes(2), {topic("a", id(1), 1)});
  auto growing = [&](std::vector<std::vector<node_id>> assignments) {
    return fresh().create_partitions(*image, {"a", 3, std::move(assignments)});
  };
  using lists = std::vector<std::vector<node_id>>;
  for (const auto& x : {lists{}, lists{{0}}, lists{{0}, {0}, {0}},
                        lists{{0}, {7}}, lists{{0}, {}}, lists{{0}, {0, 10}},
                        lists{{0, 10}, {0, 10}}, lists{{0}, {0, 0}}})
    CHECK(why(growing(x)) == refusal::invalid_replica_assignment);
  auto made = growing({{10}, {0}});
  REQUIRE(why(made) == refusal::none);
  auto grown = after(image, made.records);
  CHECK(replicas_of(*grown->find("a")) == lists{{0}, {10}, {0}});
}

TEST_CASE("create partitions: needs as many nodes as replicas") {
  topic_image wide;
  wide.name = "wide";
  wide.id = id(1);
  wide.partitions = {partition({0, 10, 20})};
  auto image = after(nodes(2), {topic_created{wide}});
  CHECK(why(fresh().create_partitions(*image, {"wide", 2, std::nullopt}))
        == refusal::invalid_replication_factor);
}
