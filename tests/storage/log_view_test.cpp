// SPDX-License-Identifier: Apache-2.0
#include "log_view_fixture.h"
#include "scratch_directory.h"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

void check_ranges(log_view& view, const topic_partition& a, const uuid& id) {
  CHECK_FALSE(end_of(view, a));
  CHECK_FALSE(value_of(view, a, "k"));
  CHECK(scanned(view, a, "").empty());
  CHECK(refusal_of(view.apply(a, {0, 1}, {})) == errc::offset_out_of_range);
  CHECK_FALSE(end_of(view, a));

  REQUIRE(view.reset(a, {id, 10}));
  CHECK(*view.position(a) == view_position{id, 10});
  REQUIRE(
      view.apply(a, {10, 13}, changes{{"k", "1"}, {"k", "2"}, {"gone", "x"}}));
  REQUIRE(view.apply(a, {13, 13}, changes{{"gone", std::nullopt}}));
  REQUIRE(view.apply(a, {13, 20}, changes{{"none", std::nullopt}}));
  CHECK(*view.position(a) == view_position{id, 20});
  CHECK(value_of(view, a, "k") == "2");
  CHECK(scanned(view, a, "") == entries{{"k", "2"}});

  // What does not continue changes nothing.
  for (auto range : {applied_range{19, 21}, {21, 22}, {20, 19}, {0, 20}})
    CHECK(refusal_of(view.apply(a, range, changes{{"k", "3"}}))
          == errc::offset_out_of_range);
  CHECK(value_of(view, a, "k") == "2");
  CHECK(end_of(view, a) == 20);
}

/// Any byte may be in a key and a value, also none.
void check_bytes(log_view& view, const topic_partition& a) {
  std::string zero{"\0", 1};
  REQUIRE(view.apply(a, {20, 30},
                     changes{{"", "empty"},
                             {zero, zero},
                             {"\xff", ""},
                             {"\xff\xff", "2"},
                             {"k\xff", "3"},
                             {"l", "4"}}));
  CHECK(scanned(view, a, "")
        == entries{{"", "empty"},
                   {zero, zero},
                   {"k", "2"},
                   {"k\xff", "3"},
                   {"l", "4"},
                   {"\xff", ""},
                   {"\xff\xff", "2"}});
  CHECK(scanned(view, a, "k") == entries{{"k", "2"}, {"k\xff", "3"}});
  CHECK(scanned(view, a, "\xff") == entries{{"\xff", ""}, {"\xff\xff", "2"}});
  CHECK(value_of(view, a, "\xff") == "");
  int visited = 0;
  REQUIRE(view.scan(a, "", [&](auto, auto) { return ++visited < 3; }));
  CHECK(visited == 3);
}

/// Neighbours by number and by name are others.
void check_neighbours(log_view& view, const topic_partition& a,
                      const uuid& id) {
  for (auto& b : std::vector<topic_partition>{
           {"orders", 0}, {"orders", 2}, {"orders", 257}, {"order", 1}}) {
    CHECK_FALSE(end_of(view, b));
    REQUIRE(view.reset(b, {id, 0}));
    REQUIRE(view.apply(b, {0, 1}, changes{{"k", "other"}}));
    CHECK(scanned(view, b, "") == entries{{"k", "other"}});
  }
  REQUIRE(view.reset(a, {id, 5}));
  CHECK(end_of(view, a) == 5);
  CHECK(scanned(view, a, "").empty());
  REQUIRE(view.apply(a, {5, 6}, changes{{"k", "new"}}));
  CHECK(scanned(view, a, "") == entries{{"k", "new"}});
  REQUIRE(view.erase(a));
  CHECK_FALSE(end_of(view, a));
  CHECK_FALSE(value_of(view, a, "k"));
  REQUIRE(view.erase(a));
  CHECK(value_of(view, {"orders", 2}, "k") == "other");
  CHECK(view.flush());
}

void check_promises(log_view& view) {
  topic_partition a{"orders", 1};
  uuid id;
  id.bytes.fill(9);
  check_ranges(view, a, id);
  check_bytes(view, a);
  check_neighbours(view, a, id);
}

void check_threads(log_view& view) {
  std::vector<std::jthread> threads;
  std::atomic<int> failures{0};
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&view, &failures, t] {
      topic_partition mine{"shared", t};
      failures += view.reset(mine, {}) ? 0 : 1;
      for (int i = 0; i < 100; ++i) {
        auto text = std::to_string(i);
        failures += view.apply(mine, {i, i + 1}, changes{{"k", text}}) ? 0 : 1;
        auto found = view.get(mine, "k");
        failures += found && *found == text ? 0 : 1;
      }
    });
  threads.clear();
  CHECK(failures == 0);
}

} // namespace

TEST_CASE("memory log view: keeps its promises") {
  check_promises(*make_memory_log_view());
}

TEST_CASE("memory log view: threads may share it") {
  check_threads(*make_memory_log_view());
}

TEST_CASE("rocksdb log view: keeps its promises") {
  scratch_directory scratch;
  check_promises(*opened(scratch / "db").views);
}

TEST_CASE("rocksdb log view: threads may share it") {
  scratch_directory scratch;
  check_threads(*opened(scratch / "db").views);
}
