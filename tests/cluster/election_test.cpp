// SPDX-License-Identifier: Apache-2.0
#include <election.h>
#include <tests/cluster/cluster_fixture.h>

#include <doctest/doctest.h>

#include <vector>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

using ids = std::vector<node_id>;

/// Nodes 1 to 4; some are not in service, some are on their way out.
node_table table(const ids& fenced, const ids& leaving = {}) {
  node_table nodes;
  for (node_id i = 1; i <= 4; ++i) {
    auto x = member(i);
    x.fenced = contains(fenced, i);
    x.leaving = contains(leaving, i);
    nodes[i] = x;
  }
  return nodes;
}

partition_registration
settle(const partition_registration& x, const node_table& nodes) {
  return settled(x, x, nodes);
}

} // namespace

TEST_CASE("election: what is well stays as it is") {
  auto x = partition({1, 2, 3});
  CHECK(settle(x, table({})) == x);
  CHECK_FALSE(needs_settling(x, table({})));
  x.isr = {3, 1};
  x.leader = 3;
  CHECK(settle(x, table({})) == x);
}

TEST_CASE("election: a fenced leader is followed by the next in order") {
  auto x = settle(partition({1, 2, 3}), table({1}));
  CHECK(x.leader == 2);
  CHECK(x.isr == ids{2, 3});
  CHECK(x.leader_epoch == 1);
  CHECK(x.partition_epoch == 1);
}

TEST_CASE("election: the order is that of the replicas, among those in sync") {
  auto x = partition({1, 2, 3});
  x.isr = {3, 1};
  CHECK(settle(x, table({1})).leader == 3);
  x.isr = {3, 2, 1};
  CHECK(settle(x, table({1})).leader == 2);
}

TEST_CASE("election: a fenced follower leaves without a new leader") {
  auto x = settle(partition({1, 2, 3}), table({2}));
  CHECK(x.leader == 1);
  CHECK(x.isr == ids{1, 3});
  CHECK(x.leader_epoch == 0);
  CHECK(x.partition_epoch == 1);
}

TEST_CASE("election: the last in sync stay and nobody leads") {
  auto x = partition({1, 2, 3});
  x.isr = {1};
  x = settle(x, table({1}));
  CHECK(x.leader == no_node);
  CHECK(x.isr == ids{1});
  CHECK(x.leader_epoch == 1);
  SUBCASE("until one of them is back") {
    x = settle(x, table({}));
    CHECK(x.leader == 1);
    CHECK(x.leader_epoch == 2);
  }
  SUBCASE("and are not replaced by one that lags") {
    CHECK(settle(x, table({1, 3})) == x);
  }
}

TEST_CASE("election: all in sync may be lost at once") {
  auto x = settle(partition({1, 2}), table({1, 2}));
  CHECK(x.leader == no_node);
  CHECK(x.isr == ids{1, 2});
  x = settle(x, table({1}));
  CHECK(x.leader == 2);
  CHECK(x.isr == ids{2});
}

TEST_CASE("election: a node that leaves gives its leadership away") {
  auto x = settle(partition({1, 2, 3}), table({}, {1, 2}));
  CHECK(x.leader == 3);
  CHECK(x.isr == ids{1, 2, 3});
}

TEST_CASE("election: a node that leaves leads on when nobody else can") {
  auto x = partition({1, 2});
  CHECK(settle(x, table({}, {1, 2})).leader == 1);
  x.isr = {1};
  CHECK(settle(x, table({}, {1})) == x);
  x.leader = no_node;
  CHECK(settle(x, table({}, {1})).leader == 1);
}

TEST_CASE("election: an unclean leader is alone in sync") {
  auto x = partition({1, 2, 3});
  x.isr = {1};
  auto nodes = table({1}, {2});
  auto clean = settle(x, nodes);
  auto y = elected_unclean(x, clean, nodes);
  CHECK(y.leader == 3);
  CHECK(y.isr == ids{3});
  CHECK(y.leader_epoch == 1);
  CHECK(y.partition_epoch == 1);
  nodes = table({1, 3}, {2});
  CHECK(elected_unclean(x, clean, nodes).leader == 2);
  nodes = table({1, 2, 3});
  CHECK(elected_unclean(x, clean, nodes) == clean);
}

TEST_CASE("election: a move ends when all that come are in sync") {
  auto x = partition({4, 1, 2});
  x.leader = 1;
  x.isr = {1, 2};
  x.adding = {4};
  x.removing = {1};
  CHECK(settle(x, table({})) == x);
  x.isr = {1, 2, 4};
  auto y = settle(x, table({}));
  CHECK(y.replicas == ids{4, 2});
  CHECK(y.isr == ids{2, 4});
  CHECK(y.leader == 4);
  CHECK(y.adding.empty());
  CHECK(y.removing.empty());
  CHECK(y.leader_epoch == 1);
}

TEST_CASE("election: a replica that is taken away ends its leader's epoch") {
  auto before = partition({1, 2, 3});
  auto x = before;
  x.removing = {3};
  auto y = settled(before, x, table({}));
  CHECK(y.replicas == ids{1, 2});
  CHECK(y.leader == 1);
  CHECK(y.leader_epoch == 1);
}

TEST_CASE("election: a move waits rather than lose who is in sync") {
  auto x = partition({2, 1});
  x.leader = 1;
  x.isr = {1};
  x.removing = {1};
  CHECK(settle(x, table({})) == x);
  // What comes is in sync, but gone again.
  x.isr = {1, 2};
  auto y = settle(x, table({2}));
  CHECK(y.replicas == ids{2, 1});
  CHECK(y.leader == 1);
}

TEST_CASE("election: who is unknown is not in service") {
  auto x = settle(partition({9, 1}), table({}));
  CHECK(x.leader == 1);
  CHECK(x.isr == ids{1});
}
