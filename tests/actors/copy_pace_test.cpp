// SPDX-License-Identifier: Apache-2.0
#include "copy_pace.h"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;

TEST_CASE("copy pace: what came is paid for before more is asked for") {
  copy_pace x(1'000);
  CHECK(x.wait_ms(5'000) == 0);
  x.pay(3'000, 5'000);
  // A second's worth was saved.
  CHECK(x.wait_ms(5'000) == 2'000);
  CHECK(x.wait_ms(6'999) == 1);
  CHECK(x.wait_ms(7'000) == 0);
}

TEST_CASE("copy pace: over time the rate holds, whatever comes at once") {
  copy_pace x(1'000'000);
  int64_t now_ms = 0;
  uint64_t copied = 0;
  while (now_ms < 60'000) {
    for (int i = 0; i < 20; ++i) {
      x.pay(1 << 20, now_ms);
      copied += 1 << 20;
    }
    now_ms += x.wait_ms(now_ms);
  }
  CHECK(copied >= 60'000'000);
  CHECK(copied <= 60'000'000 + 21 * (1 << 20));
}

TEST_CASE("copy pace: no more than a second is saved") {
  copy_pace x(1'000);
  x.pay(1'000, 0);
  x.pay(2'000, 60'000);
  CHECK(x.wait_ms(60'000) == 1'000);
}

TEST_CASE("copy pace: only a replica that is being added and not in sync is "
          "held up") {
  cluster::partition_registration x{1, 0, {1, 2}, {1}, 0, {2}};
  CHECK(moves_to(2, x));
  CHECK_FALSE(moves_to(1, x));
  x.isr.push_back(2);
  CHECK_FALSE(moves_to(2, x));
  x.isr.pop_back();
  x.adding.clear();
  CHECK_FALSE(moves_to(2, x));
}
