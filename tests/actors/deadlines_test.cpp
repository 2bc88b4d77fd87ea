// SPDX-License-Identifier: Apache-2.0
#include "deadlines.h"

#include <doctest/doctest.h>

using namespace troupe::actors;

namespace {

deadlines::clock::time_point at(int ms) {
  return deadlines::clock::time_point{std::chrono::milliseconds(ms)};
}

using ids = std::vector<uint64_t>;

} // namespace

TEST_CASE("deadlines: what is due comes out once, earliest first") {
  deadlines x;
  x.add(at(30), 3);
  x.add(at(10), 1);
  x.add(at(20), 2);
  CHECK(x.expired(at(9)).empty());
  CHECK(x.expired(at(20)) == ids{1, 2});
  CHECK(x.expired(at(20)).empty());
  CHECK_FALSE(x.empty());
  CHECK(x.expired(at(1000)) == ids{3});
  CHECK(x.empty());
}

TEST_CASE("deadlines: equal times are all due") {
  deadlines x;
  x.add(at(10), 1);
  x.add(at(10), 2);
  CHECK(x.expired(at(10)) == ids{1, 2});
}

TEST_CASE("deadlines: a removed one is forgotten at once, others stay") {
  deadlines x;
  x.add(at(10), 1);
  x.add(at(10), 2);
  x.add(at(20), 3);
  x.remove(at(10), 1);
  x.remove(at(10), 1);
  x.remove(at(15), 3);
  CHECK(x.expired(at(10)) == ids{2});
  x.remove(at(20), 3);
  CHECK(x.empty());
}

TEST_CASE("deadlines: a timer is armed only for an earlier deadline") {
  deadlines x;
  CHECK_FALSE(x.to_arm());
  x.add(at(20), 1);
  CHECK(x.to_arm() == at(20));
  x.armed(at(20));
  CHECK_FALSE(x.to_arm());
  x.add(at(30), 2);
  CHECK_FALSE(x.to_arm());
  x.add(at(10), 3);
  CHECK(x.to_arm() == at(10));
}

TEST_CASE("deadlines: after the timer the next deadline is armed") {
  deadlines x;
  x.add(at(10), 1);
  x.add(at(20), 2);
  x.armed(at(10));
  x.fired();
  CHECK(x.expired(at(10)) == ids{1});
  CHECK(x.to_arm() == at(20));
  x.clear();
  CHECK_FALSE(x.to_arm());
  CHECK(x.empty());
}
