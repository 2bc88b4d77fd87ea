// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/group_chaos.h>

#include <doctest/doctest.h>

using namespace troupe::cluster::test;

TEST_CASE("group: random members end up sharing, whatever happens to them") {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    group_chaos chaos{seed};
    for (int step = 0; step < 400; ++step)
      chaos.step();
    chaos.heal();
  }
}
