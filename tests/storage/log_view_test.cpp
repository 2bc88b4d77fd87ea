// SPDX-License-Identifier: Apache-2.0
#include "scratch_directory.h"

#include <troupe/storage/log_view.h>
#include <troupe/storage/node_database.h>

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace troupe::storage;
using troupe::result;
using troupe::storage::test::scratch_directory;
namespace fs = std::filesystem;

namespace {

using entries = std::vector<std::pair<std::string, std::string>>;

const topic_partition offsets{"__consumer_offsets", 3};

node_database opened(const std::string& path) {
  auto db = open_node_database(path);
  if (!db)
    FAIL(to_string(db.error()));
  return std::move(*db);
}

std::optional<offset_t> end_of(log_view& view, const topic_partition& tp) {
  auto at = view.position(tp);
  if (!at)
    FAIL(to_string(at.error()));
  return *at ? std::optional{(*at)->end_offset} : std::nullopt;
}

std::optional<std::string>
value_of(log_view& view, const topic_partition& tp, std::string_view key) {
  auto found = view.get(tp, key);
  if (!found)
    FAIL(to_string(found.error()));
  return *found;
}

entries
scanned(log_view& view, const topic_partition& tp, std::string_view prefix) {
  entries all;
  auto done = view.scan(tp, prefix, [&](auto key, auto value) {
    all.emplace_back(key, value);
    return true;
  });
  if (!done)
    FAIL(to_string(done.error()));
  return all;
}

errc refusal_of(const result<void>& x) {
  REQUIRE_FALSE(x);
  return x.error().code;
}

using changes = std::vector<view_change>;

/// Replaces all of 50 keys by the number of the step, as one batch.
void apply_step(log_view& view, const topic_partition& tp, int step,
                size_t value_bytes) {
  auto value = std::to_string(step);
  value.resize(std::max(value.size(), value_bytes), '.');
  std::vector<std::string> keys;
  for (int i = 0; i < 50; ++i)
    keys.push_back("key-" + std::to_string(i));
  changes all;
  for (auto& key : keys)
    all.push_back({key, value});
  auto done = view.apply(tp, {step, step + 1}, all);
  if (!done)
    FAIL(to_string(done.error()));
}

/// Every key tells the step before the position, or there is nothing.
void check_whole(log_view& view, const topic_partition& tp) {
  auto end = end_of(view, tp);
  auto all = scanned(view, tp, "");
  if (!end || *end == 0) {
    CHECK(all.empty());
    return;
  }
  CHECK(all.size() == 50);
  for (auto& [key, value] : all)
    CHECK(std::stoll(value) == *end - 1);
}

void check_promises(log_view& view) {
  topic_partition a{"orders", 1};
  uuid id;
  id.bytes.fill(9);
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

  // Any byte may be in a key and a value, also none.
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

  // Neighbours by number and by name are others.
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

TEST_CASE("rocksdb log view: what was flushed is there after reopening") {
  scratch_directory scratch;
  auto path = scratch / "db";
  for (int round = 0; round < 3; ++round) {
    auto db = opened(path);
    CHECK_FALSE(db.rebuilt);
    if (round == 0)
      REQUIRE(db.views->reset(offsets, {}));
    CHECK(end_of(*db.views, offsets) == round * 10);
    check_whole(*db.views, offsets);
    for (int step = round * 10; step < round * 10 + 10; ++step)
      apply_step(*db.views, offsets, step, 0);
    REQUIRE(db.views->flush());
  }
}

TEST_CASE("rocksdb log view: a crash leaves an older position and its values") {
  scratch_directory scratch;
  auto path = scratch / "db";
  auto db = opened(path);
  REQUIRE(db.views->reset(offsets, {}));
  for (int step = 0; step < 5; ++step)
    apply_step(*db.views, offsets, step, 0);
  REQUIRE(db.views->flush());
  for (int step = 5; step < 9; ++step) {
    apply_step(*db.views, offsets, step, 0);
    // Checkpoints have a write-ahead log, which views do not follow.
    REQUIRE(db.offsets->save({"orders", step}, {}, durable::yes));
  }
  CHECK(end_of(*db.views, offsets) == 9);

  // The files as a process that is killed now would leave them.
  auto killed = scratch / "killed";
  fs::copy(path, killed, fs::copy_options::recursive);
  auto after = opened(killed);
  CHECK_FALSE(after.rebuilt);
  CHECK(end_of(*after.views, offsets) == 5);
  check_whole(*after.views, offsets);
  CHECK(after.offsets->load({"orders", 8}).value());
  // It goes on from there.
  for (int step = 5; step < 9; ++step)
    apply_step(*after.views, offsets, step, 0);
  check_whole(*after.views, offsets);
}

TEST_CASE("rocksdb log view: full memtables are written without being asked") {
  scratch_directory scratch;
  auto path = scratch / "db";
  constexpr int steps = 60; // about 60 MiB
  {
    auto db = opened(path);
    REQUIRE(db.views->reset(offsets, {}));
    for (int step = 0; step < steps; ++step)
      apply_step(*db.views, offsets, step, 20 << 10);
  }
  // Not flushed at the end, so the last steps are gone: all of each.
  auto db = opened(path);
  auto end = end_of(*db.views, offsets);
  REQUIRE(end);
  CHECK(*end > steps / 4);
  CHECK(*end < steps);
  check_whole(*db.views, offsets);
}

TEST_CASE("rocksdb log view: what was emptied does not come back") {
  scratch_directory scratch;
  auto path = scratch / "db";
  {
    auto db = opened(path);
    REQUIRE(db.views->reset(offsets, {}));
    for (int step = 0; step < 5; ++step)
      apply_step(*db.views, offsets, step, 0);
    REQUIRE(db.views->flush());
    SUBCASE("to begin anew") {
      REQUIRE(db.views->reset(offsets, {{}, 2}));
      apply_step(*db.views, offsets, 2, 0);
    }
    SUBCASE("for good") {
      REQUIRE(db.views->reset(offsets, {{}, 2}));
      REQUIRE(db.views->erase(offsets));
    }
  }
  auto db = opened(path);
  CHECK(end_of(*db.views, offsets).value_or(2) == 2);
  CHECK(scanned(*db.views, offsets, "").empty());
}

TEST_CASE("rocksdb log view: damage is moved aside and views start empty") {
  scratch_directory scratch;
  auto path = scratch / "db";
  {
    auto db = opened(path);
    REQUIRE(db.views->reset(offsets, {}));
    apply_step(*db.views, offsets, 0, 0);
    REQUIRE(db.views->flush());
  }
  std::ofstream{path + "/CURRENT"} << "garbage";
  auto db = opened(path);
  CHECK(db.rebuilt);
  CHECK_FALSE(end_of(*db.views, offsets));
  CHECK(scanned(*db.views, offsets, "").empty());
}

TEST_CASE("rocksdb log view: a database without views gets them") {
  scratch_directory scratch;
  auto path = scratch / "db";
  REQUIRE(open_rocksdb_store(path).value()->save({"a", 0}, {}, durable::yes));
  auto db = opened(path);
  CHECK_FALSE(db.rebuilt);
  CHECK(db.offsets->load({"a", 0}).value());
  CHECK(db.views->reset(offsets, {}));
}

TEST_CASE("rocksdb log view: one that went back says so until it is asked") {
  scratch_directory scratch;
  auto db = opened(scratch / "db");
  REQUIRE(db.views->reset(offsets, {}));
  apply_step(*db.views, offsets, 0, 0);
  REQUIRE(db.views->flush());
  apply_step(*db.views, offsets, 1, 0);

  // No file may grow: what a full disk looks like.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  auto* handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit none{1, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &none) == 0);
  auto refused = db.offsets->save({"a", 0}, {}, durable::yes);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, handler);
  REQUIRE_FALSE(refused);
  REQUIRE(db.offsets->save({"a", 0}, {}, durable::yes));

  CHECK(refusal_of(db.views->apply(offsets, {1, 2}, {}))
        == errc::offset_out_of_range);
  CHECK_FALSE(db.views->get(offsets, "key-1"));
  CHECK(refusal_of(db.views->scan(offsets, "", [](auto, auto) { return true; }))
        == errc::offset_out_of_range);
  CHECK(end_of(*db.views, offsets) == 1);
  check_whole(*db.views, offsets);
  apply_step(*db.views, offsets, 1, 0);
  check_whole(*db.views, offsets);
}

TEST_CASE("rocksdb log view: a prefix is found among a million keys") {
  scratch_directory scratch;
  auto db = opened(scratch / "db");
  REQUIRE(db.views->reset(offsets, {}));
  constexpr int groups = 10000;
  constexpr int partitions = 100;
  std::array<char, 32> text;
  auto key_of = [&](int group, int partition) {
    auto size = std::snprintf(text.data(), text.size(), "g-%05d/t/%03d", group,
                              partition);
    return std::string{text.data(), static_cast<size_t>(size)};
  };
  for (int group = 0; group < groups; ++group) {
    std::vector<std::string> keys;
    for (int partition = 0; partition < partitions; ++partition)
      keys.push_back(key_of(group, partition));
    changes all;
    for (auto& key : keys)
      all.push_back({key, "12345678"});
    REQUIRE(db.views->apply(offsets, {group, group + 1}, all));
  }
  REQUIRE(db.views->flush());
  for (int group = 0; group < groups; group += 100) {
    auto found = scanned(*db.views, offsets, key_of(group, 0).substr(0, 10));
    CHECK(found.size() == partitions);
    CHECK(found.front().first == key_of(group, 0));
  }
  size_t count = 0;
  REQUIRE(db.views->scan(offsets, "", [&](auto, auto) { return ++count > 0; }));
  CHECK(count == groups * partitions);
}
