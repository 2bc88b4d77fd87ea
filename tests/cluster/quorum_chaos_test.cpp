// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/quorum_chaos.h>

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <utility>

using namespace troupe::cluster::test;

namespace {

/// TROUPE_QUORUM_SEEDS=FIRST:COUNT runs others than the usual seeds.
std::pair<uint64_t, uint64_t> seeds() {
  const char* text = std::getenv("TROUPE_QUORUM_SEEDS");
  if (!text)
    return {1, 500};
  char* rest = nullptr;
  auto first = std::strtoull(text, &rest, 10);
  auto count = *rest == ':' ? std::strtoull(rest + 1, nullptr, 10) : 1;
  return {first, count};
}

} // namespace

TEST_CASE("quorum: whatever happens to the nodes, they agree in the end") {
  auto [first, count] = seeds();
  for (auto seed = first; seed < first + count; ++seed) {
    CAPTURE(seed);
    quorum_chaos chaos{seed};
    for (int i = 0; i < 300 && chaos.cluster().violations().empty(); ++i)
      chaos.step();
    if (chaos.cluster().violations().empty())
      chaos.heal();
    for (const auto& what : chaos.cluster().violations())
      FAIL_CHECK(what);
  }
}
