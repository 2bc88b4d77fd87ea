// SPDX-License-Identifier: Apache-2.0
#include "open_calls.h"

#include <doctest/doctest.h>

#include <future>

using namespace troupe::actors;

TEST_CASE("open_calls: a call ends with its answer") {
  open_calls x;
  bool answered = false;
  std::promise<void> asked;
  auto call = std::async(std::launch::async, [&] {
    return x.call([&] { asked.set_value(); }, [&] { return answered; });
  });
  asked.get_future().wait();
  x.tell([&] { answered = true; });
  CHECK(call.get());
}

TEST_CASE("open_calls: the end waits for those that wait, and lets nobody "
          "begin") {
  open_calls x;
  std::promise<void> asked;
  auto call = std::async(std::launch::async, [&] {
    return x.call([&] { asked.set_value(); }, [] { return false; });
  });
  asked.get_future().wait();
  x.end();
  CHECK_FALSE(call.get());
  bool ran = false;
  CHECK_FALSE(x.call([&] { ran = true; }, [] { return true; }));
  CHECK_FALSE(ran);
}
