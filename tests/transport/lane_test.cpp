// SPDX-License-Identifier: Apache-2.0
#include "socket_fixture.h"

#include <troupe/transport/lane.h>

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>

using namespace troupe::transport;
using namespace std::chrono_literals;

TEST_CASE("lane: jobs run in the order in which they were posted") {
  shared_state<std::vector<int>> seen;
  lane x("lane");
  for (int i = 0; i < 1000; ++i)
    x.post([&seen, i] { seen.update([i](auto& xs) { xs.push_back(i); }); });
  CHECK(seen.wait([](auto& xs) { return xs.size() == 1000; }));
  auto order = seen.get();
  for (int i = 0; i < 1000; ++i)
    CHECK(order[static_cast<size_t>(i)] == i);
}

TEST_CASE("lane: a job posted by a job runs after it, on the same thread") {
  lane x("lane");
  std::promise<std::string> result;
  x.post([&] {
    auto trace = std::make_shared<std::string>();
    x.post([&, trace] { result.set_value(*trace + " inner"); });
    *trace += "outer";
  });
  CHECK(result.get_future().get() == "outer inner");
}

TEST_CASE("lane: a lane knows its own thread, which carries its name") {
  lane x("lane-7");
  lane other("lane-8");
  std::promise<std::string> name;
  std::promise<bool> mine;
  std::promise<bool> foreign;
  x.post([&] {
    char text[16] = {};
    pthread_getname_np(pthread_self(), text, sizeof text);
    name.set_value(text);
    mine.set_value(x.running_in_this_thread());
    foreign.set_value(other.running_in_this_thread());
  });
  CHECK(name.get_future().get() == "lane-7");
  CHECK(mine.get_future().get());
  CHECK_FALSE(foreign.get_future().get());
  CHECK_FALSE(x.running_in_this_thread());
}

TEST_CASE("lane: delayed jobs run in the order of their deadlines") {
  lane x("lane");
  shared_state<std::vector<int>> seen;
  auto note = [&seen](int i) {
    return [&seen, i] { seen.update([i](auto& xs) { xs.push_back(i); }); };
  };
  auto begin = std::chrono::steady_clock::now();
  x.post([&] {
    x.post_after(60ms, note(3));
    x.post_after(10ms, note(1));
    x.post_after(30ms, note(2));
  });
  CHECK(seen.wait([](auto& xs) { return xs.size() == 3; }));
  CHECK(seen.get() == std::vector<int>{1, 2, 3});
  CHECK(std::chrono::steady_clock::now() - begin >= 60ms);
}

TEST_CASE("lane: any thread may delay a job") {
  lane x("lane");
  std::promise<bool> on_the_lane;
  auto begin = std::chrono::steady_clock::now();
  x.post_after(20ms,
               [&] { on_the_lane.set_value(x.running_in_this_thread()); });
  CHECK(on_the_lane.get_future().get());
  CHECK(std::chrono::steady_clock::now() - begin >= 20ms);
}

TEST_CASE("lane: stop runs what was posted and destroys what was delayed") {
  auto token = std::make_shared<int>(0);
  std::weak_ptr<int> alive = token;
  bool ran = false;
  bool delayed_ran = false;
  lane x("lane");
  x.post_after(1h, [token, &delayed_ran] { delayed_ran = true; });
  x.post([&ran] { ran = true; });
  token.reset();
  x.stop();
  CHECK(ran);
  CHECK_FALSE(delayed_ran);
  CHECK(alive.expired());
}

TEST_CASE("lane: stop may come twice, and late jobs are destroyed unrun") {
  auto token = std::make_shared<int>(0);
  std::weak_ptr<int> alive = token;
  bool ran = false;
  {
    lane x("lane");
    x.stop();
    x.post([token, &ran] { ran = true; });
    x.post_after(0ms, [token, &ran] { ran = true; });
    token.reset();
    x.stop();
  }
  CHECK_FALSE(ran);
  CHECK(alive.expired());
}

TEST_CASE("lane: many threads may post at once") {
  shared_state<int> sum;
  lane x("lane");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i)
        x.post([&] { sum.update([](int& n) { ++n; }); });
    });
  for (auto& t : threads)
    t.join();
  CHECK(sum.wait([](int n) { return n == 2000; }));
}
