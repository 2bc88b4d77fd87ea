// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/credit_window.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;

TEST_CASE("credit window: no more is taken than was granted") {
  credit_window x(100);
  CHECK(x.take(60) == 60);
  CHECK(x.take(60) == 40);
  CHECK(x.take(1) == 0);
  CHECK(x.in_flight() == 100);
  x.grant(30);
  CHECK(x.left() == 30);
  CHECK(x.take(31) == 30);
}

TEST_CASE("credit window: a confused peer does not open it any further") {
  credit_window x(100);
  CHECK(x.take(10) == 10);
  x.grant(UINT64_MAX);
  CHECK(x.left() == 100);
  x.grant(1);
  CHECK(x.left() == 100);
}

TEST_CASE("credit window: without credit nothing is sent") {
  credit_window x;
  CHECK(x.take(1) == 0);
  x.grant(5);
  CHECK(x.take(1) == 0);
}
