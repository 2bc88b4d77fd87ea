// SPDX-License-Identifier: Apache-2.0
// What a stage that fails does to others: nothing. Not measured in time, but
// by what happens while it is known to be failing.
#include "node_records.h"

#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>

using namespace troupe;
using namespace troupe::actors;
using kafka::error_code;

namespace {

/// Longer than any test runs.
const std::pair<std::string, std::optional<std::string>> patient{
    "troupe.stages.timeout.ms", "3600000"};

/// A stage that is at work from `entered` to `released`, whenever it meets the
/// value "work".
struct held_stage {
  std::promise<void> entered;
  std::atomic<bool> released{false};

  template <class F>
  stage_factory make(F f) {
    return making([this, f](staged_record& x) {
      if (*x.value() != "work")
        return pass_record();
      entered.set_value();
      while (!released)
        f(x);
      return pass_record();
    });
  }
};

/// Whole round trips of other topics while a batch is in the hands of a stage,
/// and stays there.
void others_go_on(node& x, held_stage& held) {
  auto stuck = std::async(std::launch::async, [&x] {
    node_client client(x.address());
    return produce(client, "t", {"work"});
  });
  held.entered.get_future().wait();
  node_client client(x.address());
  texts expected;
  for (int i = 0; i < 100; ++i) {
    CHECK(is(produce(client, "plain", {"one"}), error_code::none));
    CHECK(is(produce(client, "same", {"one"}), error_code::none));
    expected.push_back(std::to_string(i) + ":one");
  }
  CHECK(fetched(client, "plain") == expected);
  CHECK(fetched(client, "same") == expected);
  CHECK(fetched(client, "t").empty());
  CHECK(stuck.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
  held.released = true;
  CHECK(is(stuck.get(), error_code::none));
  CHECK(fetched(client, "t").size() == 1);
}

void create_topics(node& x) {
  create(x, "t", {{"troupe.stages", "s"}, patient});
  create(x, "same", {{"troupe.stages", "s"}, patient});
  create(x, "plain", {});
}

} // namespace

TEST_CASE("node: while a stage loops other topics are served") {
  held_stage held;
  auto x = started({{"s", held.make([](staged_record&) {})}});
  create_topics(*x);
  others_go_on(*x, held);
}

TEST_CASE("node: while a stage leaks other topics are served") {
  held_stage held;
  std::atomic<bool> bounded{false};
  // Without a bound this fills any machine.
  auto x = started({{"s", held.make([&](staged_record& each) {
                       each.set_header("more", std::string(1 << 20, 'x'));
                       bounded = bounded || each.overflowed();
                       if (bounded)
                         each.set_value("one");
                     })}});
  create_topics(*x);
  auto stuck = std::async(std::launch::async, [&x] {
    node_client client(x->address());
    return produce(client, "t", {"work"});
  });
  held.entered.get_future().wait();
  node_client client(x->address());
  while (!bounded)
    CHECK(is(produce(client, "plain", {"one"}), error_code::none));
  CHECK(is(produce(client, "same", {"one"}), error_code::none));
  held.released = true;
  CHECK(is(stuck.get(), error_code::policy_violation));
  CHECK(is(produce(client, "t", {"one"}), error_code::none));
  CHECK(fetched(client, "t") == texts{"0:one"});
}

TEST_CASE("node: while a stage throws all the time other topics are served") {
  std::atomic<int> made{0};
  auto x = started({{"s", [&](const stage_settings&) -> record_stage {
                       ++made;
                       return [](staged_record& each) -> stage_verdict {
                         if (*each.value() == "work")
                           throw std::runtime_error("asked for it");
                         return pass_record();
                       };
                     }}});
  create_topics(*x);
  node_client client(x->address());
  for (int i = 0; i < 5; ++i) {
    CHECK(is(produce(client, "t", {"work"}), error_code::policy_violation));
    // The stages of `t` are in a pause now.
    CHECK(is(produce(client, "plain", {"one"}), error_code::none));
    CHECK(is(produce(client, "same", {"one"}), error_code::none));
  }
  // One each for `t`, another one for `same`.
  CHECK(made == 6);
  CHECK(fetched(client, "plain").size() == 5);
  CHECK(fetched(client, "t").empty());
}

TEST_CASE("node: what is for a topic of another kind meets its stages") {
  auto x =
      started({{"s", making([](staged_record& each) {
                  return *each.value() == "no" ? drop_record() : pass_record();
                })}});
  create(*x, "later", {{"troupe.kind", "delayed"}, {"troupe.stages", "s"}});
  node_client client(x->address());
  CHECK(is(produce(client, "later", {"no"}), error_code::none));
  CHECK(is(produce(client, "later", {"one", "no", "two"}), error_code::none));
  texts moved;
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (moved.size() < 2 && std::chrono::steady_clock::now() < deadline)
    moved = fetched(client, "later");
  CHECK(moved == texts{"0:one", "1:two"});
}
