// SPDX-License-Identifier: Apache-2.0
#include "scratch_directory.h"

#include <troupe/storage/offset_store.h>

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

using namespace troupe::storage;
using troupe::storage::test::scratch_directory;
namespace fs = std::filesystem;

namespace {

partition_checkpoint example(int64_t n = 1) {
  partition_checkpoint x;
  for (size_t i = 0; i < 16; ++i)
    x.offsets.topic_id.bytes[i] = static_cast<uint8_t>(i * 16);
  x.offsets.log_start_offset = n;
  x.offsets.recovery_point = n * 10;
  x.offsets.high_watermark = n * 100;
  x.epochs = {{0, 0}, {3, n}, {7, n * 10 + 1}};
  x.producers = std::vector<std::byte>(100, static_cast<std::byte>(n));
  x.producers_end = n * 10;
  return x;
}

std::unique_ptr<offset_store>
opened(const std::string& path, bool* rebuilt = nullptr) {
  auto store = open_rocksdb_store(path, rebuilt);
  if (!store)
    FAIL(to_string(store.error()));
  return std::move(*store);
}

std::optional<partition_checkpoint>
loaded(offset_store& store, const topic_partition& tp) {
  auto found = store.load(tp);
  if (!found)
    FAIL(to_string(found.error()));
  return *found;
}

/// What every store promises.
void check_promises(offset_store& store) {
  topic_partition a{"orders", 0};
  CHECK_FALSE(loaded(store, a));
  REQUIRE(store.save(a, example(), durable::no));
  CHECK(loaded(store, a) == example());
  REQUIRE(store.save(a, example(2), durable::yes));
  CHECK(loaded(store, a) == example(2));

  // Neighbours by number and by name are others.
  for (const auto& b : std::vector<topic_partition>{{"orders", 1},
                                                    {"orders", 256},
                                                    {"orders-0", 0},
                                                    {"order", 0},
                                                    {"", 0},
                                                    {"orders", -1}}) {
    CHECK_FALSE(loaded(store, b));
    REQUIRE(store.save(b, example(b.partition + 1000), durable::no));
    CHECK(loaded(store, b) == example(b.partition + 1000));
  }
  CHECK(loaded(store, a) == example(2));

  REQUIRE(store.erase(a));
  CHECK_FALSE(loaded(store, a));
  REQUIRE(store.erase(a));
  CHECK(loaded(store, {"orders", 1}) == example(1001));

  // Nothing but zeros, and something large.
  REQUIRE(store.save(a, {}, durable::no));
  CHECK(loaded(store, a) == partition_checkpoint{});
  auto large = example();
  large.producers.resize(5 << 20, std::byte{7});
  large.epochs.clear();
  for (int i = 0; i < 10000; ++i)
    large.epochs.push_back({i, i * 10});
  REQUIRE(store.save(a, large, durable::no));
  CHECK(loaded(store, a) == large);
}

void check_threads(offset_store& store) {
  std::vector<std::jthread> threads;
  std::atomic<int> failures{0};
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&store, &failures] {
      for (int i = 1; i <= 100; ++i) {
        if (!store.save({"shared", 0}, example(i), durable::no))
          ++failures;
        auto found = store.load({"shared", 0});
        // Whole, whoever wrote it last.
        if (!found || !*found
            || **found != example((*found)->offsets.log_start_offset))
          ++failures;
      }
    });
  threads.clear();
  CHECK(failures == 0);
}

fs::path find_file(const std::string& directory, std::string_view prefix) {
  for (const auto& entry : fs::directory_iterator(directory))
    if (entry.path().filename().string().starts_with(prefix))
      return entry.path();
  FAIL("no such file");
  return {};
}

} // namespace

TEST_CASE("memory offset store: keeps its promises") {
  check_promises(*make_memory_offset_store());
}

TEST_CASE("memory offset store: threads may share it") {
  check_threads(*make_memory_offset_store());
}

TEST_CASE("rocksdb store: keeps its promises") {
  scratch_directory scratch;
  check_promises(*opened(scratch / "offsets"));
}

TEST_CASE("rocksdb store: threads may share it") {
  scratch_directory scratch;
  check_threads(*opened(scratch / "offsets"));
}

TEST_CASE("rocksdb store: checkpoints are there after reopening") {
  scratch_directory scratch;
  auto path = scratch / "deep/inside/offsets";
  for (int round = 0; round < 3; ++round) {
    bool rebuilt = true;
    auto store = opened(path, &rebuilt);
    CHECK_FALSE(rebuilt);
    for (int i = 0; i < 50; ++i) {
      topic_partition tp{"topic", i};
      if (round > 0)
        CHECK(loaded(*store, tp) == example(round * 100 + i - 100));
      REQUIRE(store->save(tp, example(round * 100 + i), durable::no));
    }
  }
}

TEST_CASE("rocksdb store: a second owner is refused, and nothing is moved") {
  scratch_directory scratch;
  auto path = scratch / "offsets";
  auto store = opened(path);
  bool rebuilt = true;
  auto second = open_rocksdb_store(path, &rebuilt);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == errc::locked);
  CHECK_FALSE(rebuilt);
  CHECK_FALSE(fs::exists(path + ".damaged"));
  CHECK(store->save({"a", 0}, example(), durable::yes));
}

TEST_CASE("rocksdb store: damage is moved aside and the store starts anew") {
  scratch_directory scratch;
  auto path = scratch / "offsets";
  REQUIRE(opened(path)->save({"a", 0}, example(), durable::yes));
  SUBCASE("garbage for a manifest") {
    std::ofstream{find_file(path, "MANIFEST")} << "not a manifest at all";
  }
  SUBCASE("garbage for the name of the manifest") {
    std::ofstream{path + "/CURRENT"} << "garbage";
  }
  SUBCASE("missing manifest") {
    fs::remove(find_file(path, "MANIFEST"));
  }
  SUBCASE("an older damaged one goes") {
    fs::create_directories(path + ".damaged/old");
    fs::remove(find_file(path, "MANIFEST"));
  }
  bool rebuilt = false;
  auto store = opened(path, &rebuilt);
  CHECK(rebuilt);
  CHECK(fs::exists(path + ".damaged/CURRENT"));
  CHECK_FALSE(fs::exists(path + ".damaged/old"));
  CHECK_FALSE(loaded(*store, {"a", 0}));
  REQUIRE(store->save({"a", 0}, example(), durable::yes));
  store.reset();
  CHECK(loaded(*opened(path, &rebuilt), {"a", 0}) == example());
  CHECK_FALSE(rebuilt);
}

TEST_CASE("rocksdb store: a torn write-ahead log loses its tail only") {
  scratch_directory scratch;
  auto path = scratch / "offsets";
  {
    auto store = opened(path);
    REQUIRE(store->save({"a", 0}, example(1), durable::yes));
    REQUIRE(store->save({"a", 0}, example(2), durable::yes));
  }
  fs::path wal;
  for (const auto& entry : fs::directory_iterator(path))
    if (entry.path().extension() == ".log")
      wal = entry.path();
  REQUIRE_FALSE(wal.empty());
  fs::resize_file(wal, fs::file_size(wal) - 20);
  bool rebuilt = true;
  CHECK(loaded(*opened(path, &rebuilt), {"a", 0}) == example(1));
  CHECK_FALSE(rebuilt);
}

TEST_CASE("rocksdb store: a path that cannot be is an error, not a crash") {
  scratch_directory scratch;
  auto path = scratch / "file";
  std::ofstream{path} << "in the way";
  auto store = open_rocksdb_store(path + "/offsets");
  REQUIRE_FALSE(store);
  CHECK_FALSE(store.error().message.empty());
  CHECK(fs::is_regular_file(path));
  CHECK_FALSE(open_rocksdb_store(path));
  CHECK(fs::is_regular_file(path));
}

TEST_CASE("rocksdb store: it writes again once the disk takes writes again") {
  scratch_directory scratch;
  auto path = scratch / "offsets";
  auto store = opened(path);
  REQUIRE(store->save({"a", 0}, example(1), durable::yes));

  // No file may grow: what a full disk looks like.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  auto* handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit none{1, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &none) == 0);
  auto refused = store->save({"a", 0}, example(2), durable::yes);
  auto refused_again = store->save({"a", 0}, example(2), durable::yes);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, handler);

  CHECK_FALSE(refused);
  CHECK_FALSE(refused_again);
  CHECK(loaded(*store, {"a", 0}) == example(1));
  auto saved = store->save({"a", 0}, example(3), durable::yes);
  if (!saved)
    FAIL(to_string(saved.error()));
  store.reset();
  CHECK(loaded(*opened(path), {"a", 0}) == example(3));
}

TEST_CASE("rocksdb store: stays small on disk over many saves and starts") {
  scratch_directory scratch;
  auto path = scratch / "offsets";
  for (int round = 0; round < 5; ++round) {
    auto store = opened(path);
    auto x = example(round);
    x.producers.resize(20000);
    for (int i = 0; i < 200; ++i)
      REQUIRE(store->save({"a", i % 4}, x, durable::no));
  }
  uintmax_t total = 0;
  int files = 0;
  for (const auto& entry : fs::directory_iterator(path)) {
    total += entry.file_size();
    ++files;
  }
  CHECK(total < (32 << 20));
  CHECK(files < 64);
}
