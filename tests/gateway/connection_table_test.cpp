// SPDX-License-Identifier: Apache-2.0
#include <connection_table.h>

#include <doctest/doctest.h>

using namespace gateway;
using namespace std::chrono_literals;

TEST_CASE("connection_table: as many places as there may be, and no more") {
  connection_table table(2);
  auto one = table.admit();
  auto two = table.admit();
  CHECK(one != nullptr);
  CHECK(two != nullptr);
  CHECK(table.admit() == nullptr);
  one.reset();
  CHECK(table.admit() != nullptr);
}

TEST_CASE("connection_table: everybody is ended once, latecomers at once") {
  connection_table table(3);
  int ended = 0;
  auto one = table.admit();
  auto two = table.admit();
  one->on_end([&] { ended += 100; });
  one->on_end([&] { ended += 1; });
  table.end_all();
  CHECK(ended == 1);
  table.end_all();
  CHECK(ended == 1);
  two->on_end([&] { ended += 10; });
  CHECK(ended == 11);
}

TEST_CASE("connection_table: it says whether all have gone") {
  connection_table table(2);
  CHECK(table.wait_until_empty(0ms));
  auto one = table.admit();
  CHECK_FALSE(table.wait_until_empty(0ms));
  one.reset();
  CHECK(table.wait_until_empty(0ms));
}

TEST_CASE("connection_table: a place may outlive it") {
  auto table = std::make_unique<connection_table>(1);
  auto one = table->admit();
  table.reset();
  bool ended = false;
  one->on_end([&] { ended = true; });
  one.reset();
  CHECK_FALSE(ended);
}
