// SPDX-License-Identifier: Apache-2.0
#include <stream_window.h>

#include <doctest/doctest.h>

using namespace gateway;

TEST_CASE("stream_window: no more is asked for than fits into the queue") {
  stream_window window(10, 100, 4);
  CHECK(window.take() == 4);
  CHECK(window.take() == 0);
  window.sent();
  window.sent();
  CHECK(window.take() == 2);
  CHECK(window.credit() == 4);
  CHECK(window.unsent() == 4);
}

TEST_CASE("stream_window: no more is asked for than was granted") {
  stream_window window(1, 100, 4);
  CHECK(window.take() == 1);
  window.sent();
  CHECK(window.take() == 0);
  CHECK(window.grant(2));
  CHECK(window.take() == 2);
  CHECK(window.credit() == 0);
}

TEST_CASE("stream_window: credit has a bound, and what is refused is not had") {
  stream_window window(8, 10, 4);
  CHECK_FALSE(window.grant(3));
  CHECK_FALSE(window.grant(0xFFFFFFFF));
  CHECK(window.credit() == 8);
  CHECK(window.grant(2));
  CHECK_FALSE(window.grant(1));
  CHECK(window.grant(0));
  CHECK(window.take() == 4);
  CHECK(window.grant(4));
}
