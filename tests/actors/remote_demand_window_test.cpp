// SPDX-License-Identifier: Apache-2.0
#include "remote_demand_window.h"

#include <doctest/doctest.h>

using namespace troupe::actors;

TEST_CASE("remote_demand_window: a node is asked for no more than it lets be "
          "under way") {
  remote_demand_window x;
  x.open(4);
  CHECK(x.wanted(3) == 3);
  CHECK(x.wanted(10) == 1);
  CHECK(x.arrived() == 1);
  CHECK(x.wanted(0) == 0);
  // Eight more are owed.
  for (int i = 0; i < 8; ++i)
    CHECK(x.arrived() == 1);
  CHECK(x.arrived() == 0);
  CHECK(x.wanted(1) == 1);
}

TEST_CASE("remote_demand_window: what nobody wants is asked for again") {
  remote_demand_window x;
  CHECK(x.wanted(1) == 0);
  x.open(2);
  CHECK(x.wanted(1) == 2);
  CHECK(x.dropped() == 1);
  CHECK(x.arrived() == 0);
  CHECK(x.arrived() == 0);
  // More than was asked for, from a node that does not keep to it.
  CHECK(x.arrived() == 0);
  CHECK(x.wanted(1) == 1);
}
