// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/group_migration_chaos.h>

#include <doctest/doctest.h>

using namespace troupe::cluster::test;

TEST_CASE("group: members of both protocols never share a partition") {
  size_t classic_count = 0;
  size_t mixed_count = 0;
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    group_migration_chaos x{seed};
    for (int phase = 0; phase < 3; ++phase) {
      for (int i = 0; i < 60; ++i)
        x.step();
      x.heal();
    }
    classic_count += x.classic_count();
    mixed_count += x.mixed_count();
  }
  // Else the seeds tell nothing about the way between the protocols.
  CHECK(classic_count > 1000);
  CHECK(mixed_count > 1000);
}
