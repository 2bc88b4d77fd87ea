// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/dial_backoff.h>

#include <doctest/doctest.h>

#include <set>

using namespace troupe::cluster;

TEST_CASE("dial backoff: pauses double up to the longest") {
  dial_backoff x({50, 1000}, 1);
  for (uint32_t due : {50u, 100u, 200u, 400u, 800u, 1000u, 1000u}) {
    auto pause_ms = x.next_ms();
    CHECK(pause_ms >= due / 2);
    CHECK(pause_ms <= due);
  }
  for (int i = 0; i < 100; ++i)
    CHECK(x.next_ms() <= 1000);
}

TEST_CASE("dial backoff: success begins anew") {
  dial_backoff x({50, 1000}, 1);
  for (int i = 0; i < 10; ++i)
    x.next_ms();
  x.reset();
  CHECK(x.next_ms() <= 50);
}

TEST_CASE("dial backoff: nodes do not knock all at once") {
  std::set<uint32_t> pauses;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    dial_backoff x({1000, 1000}, seed);
    pauses.insert(x.next_ms());
  }
  CHECK(pauses.size() > 10);
}

TEST_CASE("dial backoff: deadlines grow with each failure") {
  dial_backoff x({50, 1000}, 1);
  for (uint32_t due : {500u, 1000u, 2000u, 4000u, 5000u, 5000u}) {
    CHECK(x.stretched_ms(500, 5000) == due);
    x.next_ms();
  }
  for (int i = 0; i < 100; ++i)
    x.next_ms();
  CHECK(x.stretched_ms(500, 5000) == 5000);
  x.reset();
  CHECK(x.stretched_ms(500, 5000) == 500);
}
