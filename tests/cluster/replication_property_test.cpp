// SPDX-License-Identifier: Apache-2.0
#include "replication_chaos.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

using namespace troupe::cluster::test;

namespace {

/// TROUPE_REPLICATION_SEEDS=FIRST:COUNT runs others than the usual seeds.
std::pair<uint64_t, uint64_t> seeds() {
  const char* text = std::getenv("TROUPE_REPLICATION_SEEDS");
  if (!text)
    return {0, 100};
  char* rest = nullptr;
  auto first = std::strtoull(text, &rest, 10);
  auto count = *rest == ':' ? std::strtoull(rest + 1, nullptr, 10) : 1;
  return {first, count};
}

void check_all(replication_chaos::disk kind) {
  size_t acknowledged = 0;
  int truncations = 0;
  int isr_changes = 0;
  auto [first, count] = seeds();
  for (auto seed = first; seed < first + count; ++seed) {
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
  CHECK(acknowledged > count * 100);
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
