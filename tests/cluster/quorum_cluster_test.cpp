// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/quorum_cluster.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

TEST_CASE("quorum: one node alone leads when it has started") {
  quorum_cluster x{1};
  x.add(0);
  CHECK(x.at(0).role() == quorum_role::leader);
  CHECK(x.at(0).ready());
  CHECK(x.at(0).epoch() == 1);
  REQUIRE(x.propose(0));
  x.run(1);
  CHECK(x.proposal(0).agreed);
  CHECK(x.violations().empty());
}
TEST_CASE("quorum: three") {
  quorum_cluster x{1};
  x.grow_to(3);
  CHECK(x.violations().empty());
  for (auto& v : x.violations())
    MESSAGE(v);
  CHECK(x.leader() == 0);
  auto t0 = x.now_ms();
  x.crash(0);
  x.suspect(0);
  CHECK(x.run_until([&] { return x.leader() != no_node; }, 5000));
  MESSAGE("took ", x.now_ms() - t0);
  x.restart(0);
  CHECK(x.run_until([&] { return x.in_step(); }, 5000));
}
