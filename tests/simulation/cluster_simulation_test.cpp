// SPDX-License-Identifier: Apache-2.0
#include "cluster_chaos.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <utility>

using namespace troupe::simulation;

namespace {

constexpr int steps = 60;

/// TROUPE_SIMULATION_SEEDS=FIRST:COUNT runs others than the usual seeds.
std::pair<uint64_t, uint64_t> seeds() {
  const char* text = std::getenv("TROUPE_SIMULATION_SEEDS");
  if (text == nullptr)
    return {1, 500};
  char* rest = nullptr;
  auto first = std::strtoull(text, &rest, 10);
  auto count = *rest == ':' ? std::strtoull(rest + 1, nullptr, 10) : 1;
  return {first, count};
}

} // namespace

TEST_CASE("simulation: whatever happens to a cluster, what it acknowledged is "
          "there in the end, once and everywhere") {
  auto [first, count] = seeds();
  size_t acknowledged = 0;
  int elections = 0;
  for (auto seed = first; seed < first + count; ++seed) {
    CAPTURE(seed);
    cluster_chaos chaos{seed};
    auto& world = chaos.world();
    bool going = chaos.begin();
    for (int i = 0; going && i < steps && world.violations().empty(); ++i)
      chaos.step();
    if (world.violations().empty())
      chaos.heal();
    for (const auto& what : world.violations())
      FAIL_CHECK(what);
    acknowledged += chaos.acknowledged();
    elections += world.elections();
  }
  MESSAGE(acknowledged, " records acknowledged, ", elections, " elections");
  CHECK(acknowledged > count * 10);
}
