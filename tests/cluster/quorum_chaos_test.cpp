// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/quorum_chaos.h>

#include <doctest/doctest.h>

#include <cstdlib>

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
    if (std::getenv("DBG")) {
      auto& c = chaos.cluster();
      size_t ag = 0;
      for (size_t i = 0; i < c.proposals(); ++i)
        ag += c.proposal(i).agreed;
      MESSAGE("now ", c.now_ms(), " proposals ", c.proposals(), " agreed ", ag,
              " log ", c.agreed().size());
      for (auto id : c.ids()) {
        if (!c.up(id))
          continue;
        auto d = c.at(id).describe({c.now_ms(), c.now_ms()});
        std::string v;
        for (auto& w : d.voters)
          v += std::to_string(w.id) + ",";
        MESSAGE(id, " role ", std::string(to_string(d.role)), " epoch ",
                d.epoch, " leader ", d.leader, " hw ", d.high_watermark,
                " end ", d.end_offset, " start ", c.disk(id).start_offset(),
                " voters ", v, " voters_at ", c.disk(id).voters_offset(),
                " last epoch ", c.disk(id).last_epoch());
      }
    }
    for (const auto& what : chaos.cluster().violations())
      FAIL_CHECK(what);
  }
}
