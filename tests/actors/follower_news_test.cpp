// SPDX-License-Identifier: Apache-2.0
#include "follower_news.h"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;

TEST_CASE("follower news: offsets that moved are worth an answer, once") {
  follower_news x;
  CHECK(x.due({0, 0}));
  x.told({5, 2});
  CHECK_FALSE(x.due({5, 2}));
  CHECK(x.due({6, 2}));
  CHECK(x.due({5, 3}));
}

TEST_CASE("follower news: what was told is known with the next pull") {
  follower_news x;
  x.pulled(true);
  CHECK(x.known_log_start() == storage::no_offset);
  x.told({5, 2});
  CHECK(x.known_log_start() == storage::no_offset);
  x.pulled(true);
  CHECK(x.known_log_start() == 2);
}

TEST_CASE("follower news: a pull that does not wait may have missed all") {
  follower_news x;
  x.told({5, 2});
  x.pulled(true);
  x.told({5, 3});
  x.pulled(false);
  CHECK(x.known_log_start() == 2);
  CHECK(x.due({5, 3}));
  x.told({5, 3});
  x.pulled(true);
  CHECK(x.known_log_start() == 3);
}
