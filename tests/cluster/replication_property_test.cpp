// SPDX-License-Identifier: Apache-2.0
#include "replication_chaos.h"

#include <doctest/doctest.h>

using namespace troupe::cluster::test;

namespace {

constexpr uint64_t seeds = 100;

void check_all(replication_chaos::disk kind) {
  size_t acknowledged = 0;
  int truncations = 0;
  int isr_changes = 0;
  for (uint64_t seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    replication_chaos x{seed, kind};
    x.run();
    for (const auto& text : x.problems) {
      CAPTURE(text);
      CHECK(text.empty());
    }
    acknowledged += x.acknowledged();
    truncations += x.truncations;
    isr_changes += x.isr_changes;
    CHECK(x.elections > 0);
  }
  CHECK(acknowledged > seeds * 100);
  CHECK(truncations > 0);
  CHECK(isr_changes > 0);
}

} // namespace

TEST_CASE("replication: what was acknowledged survives crashes, lost messages "
          "and changes of leaders") {
  check_all(replication_chaos::disk::keeps_everything);
}

TEST_CASE("replication: with fsync it survives power cuts too") {
  check_all(replication_chaos::disk::loses_what_was_not_synced);
}
