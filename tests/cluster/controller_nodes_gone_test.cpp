// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/cluster_fixture.h>

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

using ids = std::vector<node_id>;

} // namespace

TEST_CASE("fencing: several nodes in one step") {
  auto image = with_topic(cluster_of({1, 2, 3}), {{1, 2, 3}, {3}, {2, 1}});
  auto made = fresh().fence_nodes(*image, ids{1, 2, 9});
  CHECK(made.records.size() == 4);
  CHECK(made.unclean.empty());
  image = after(image, made.records);
  CHECK(partition_of(image, 0).leader == 3);
  CHECK(partition_of(image, 2).leader == no_node);
  CHECK(fresh().fence_nodes(*image, ids{1, 2, 9}).records.empty());
}

TEST_CASE("fencing: unclean leaders only where the topic says so") {
  for (auto allowed : {"true", "false"}) {
    auto image = with_topic(cluster_of({1, 2}), {{1, 2}},
                            {{"unclean.leader.election.enable", allowed}});
    image = carried_out(image, fresh().alter_isr(*image, proposal(image, {1})));
    auto made = fresh().fence_nodes(*image, ids{1});
    image = after(image, made.records);
    bool unclean = std::string_view{allowed} == "true";
    CHECK(partition_of(image).leader == (unclean ? 2 : no_node));
    CHECK(partition_of(image).isr == (unclean ? ids{2} : ids{1}));
    CHECK(made.unclean.size() == (unclean ? 1 : 0));
  }
}

TEST_CASE("settling: what a controller left undone is made up for") {
  auto image = with_topic(cluster_of({1, 2}), {{1, 2}, {2, 1}});
  auto made = fresh().fence_nodes(*image, ids{1});
  REQUIRE(made.records.size() == 3);
  auto half = after(image, {made.records[0]});
  auto rest = fresh().settle_partitions(*half);
  CHECK(rest.records == metadata_delta{made.records[1], made.records[2]});
  CHECK(fresh().settle_partitions(*image).records.empty());
}

TEST_CASE("remove node: only one that is stopped, empty and has no vote") {
  auto image = after(with_topic(cluster_of({1, 2, 3}), {{1, 2}}),
                     {voters_replaced{{{3, "host", 1}}}});
  auto removing = [&](node_id node) {
    return why(fresh().remove_node(*image, node));
  };
  CHECK(removing(9) == refusal::unknown_node);
  CHECK(removing(2) == refusal::invalid_request);
  image = fenced(image, {2, 3});
  CHECK(removing(2) == refusal::invalid_request);
  CHECK(removing(3) == refusal::invalid_request);
  image = after(image, {topic_deleted{id(1)}});
  CHECK(removing(2) == refusal::none);
  image = after(image, {broker_configs_replaced{2, {{"a", "b"}}}});
  image = carried_out(image, fresh().remove_node(*image, 2));
  CHECK_FALSE(image->nodes.contains(2));
  CHECK(image->broker_configs.empty());
}
