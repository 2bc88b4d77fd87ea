// SPDX-License-Identifier: Apache-2.0
#include "log_view_fixture.h"
#include "scratch_directory.h"

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

using namespace troupe::storage;
using namespace troupe::storage::test;
namespace fs = std::filesystem;

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
