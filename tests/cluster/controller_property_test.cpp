// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/controller_chaos.h>

#include <doctest/doctest.h>

using namespace troupe::cluster::test;

TEST_CASE("controller: no chaos of nodes makes a leader that lacks something") {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    controller_chaos chaos{seed};
    for (int i = 0; i < 300; ++i)
      chaos.step();
    chaos.heal();
  }
}
