// SPDX-License-Identifier: Apache-2.0
#include "log_keeper_fixture.h"

#include <tests/storage/fault_file_system.h>

#include <cerrno>
#include <fstream>

using namespace troupe;
using namespace troupe::actors;

namespace {

/// A keeper of logs in memory that lose what was not synced.
struct crash_fixture : keeper_fixture {
  storage::test::fault_file_system disk;

  crash_fixture() { start_on(disk, "/data", false); }
  ~crash_fixture() { end_actors(); }

  static storage::buffer
  batch(storage::producer_id_t producer, int32_t sequence) {
    return storage::test::log_fixture::batch(1, 10, 1000, producer, sequence);
  }

  static result<storage::append_info>
  append(const log_opened& x, const storage::buffer& batch) {
    return (*x.value)->append(batch, {0, 1000, {}});
  }
};

} // namespace

TEST_CASE("log keeper: a log that was closed keeps its records") {
  keeper_fixture x;
  auto opened = x.open();
  REQUIRE(opened.why.ok());
  append(opened);
  CHECK(x.close(opened, false, 1).why.ok());
  CHECK(*opened.value == nullptr);
  auto saved = x.offsets->load({"a", 0});
  REQUIRE(saved);
  REQUIRE(saved->has_value());
  CHECK((*saved)->offsets.high_watermark == 1);
  CHECK((*saved)->offsets.recovery_point == 1);
  x.start(true);
  auto again = x.open();
  REQUIRE(again.why.ok());
  CHECK_FALSE(again.report.scanned);
  CHECK((*again.value)->end_offset() == 1);
}

TEST_CASE("log keeper: without the clean marker a log is scanned") {
  keeper_fixture x;
  auto opened = x.open();
  append(opened);
  opened.value->reset();
  auto again = x.open();
  REQUIRE(again.why.ok());
  CHECK(again.report.scanned);
  CHECK((*again.value)->end_offset() == 1);
}

TEST_CASE("log keeper: another topic's checkpoint is not believed") {
  keeper_fixture x(true);
  storage::partition_checkpoint foreign;
  foreign.offsets.topic_id = x.id(9);
  foreign.offsets.log_start_offset = 50;
  REQUIRE(x.offsets->save({"a", 0}, foreign, storage::durable::no));
  auto opened = x.open(1);
  REQUIRE(opened.why.ok());
  CHECK((*opened.value)->start_offset() == 0);
}

TEST_CASE("log keeper: a log that cannot be opened says why") {
  keeper_fixture x;
  std::ofstream(x.directory / "a-0") << "in the way";
  auto refused = x.open();
  CHECK_FALSE(refused.why.ok());
  CHECK_FALSE(refused.why.message.empty());
  CHECK(refused.value == nullptr);
}

TEST_CASE("log keeper: a saved checkpoint is in the store") {
  keeper_fixture x;
  storage::partition_checkpoint wanted;
  wanted.offsets.log_start_offset = 7;
  auto saved =
      x.ask<checkpoint_saved>(x.keeper, save_checkpoint{{"a", 3}, wanted});
  CHECK(saved.why.ok());
  auto loaded = x.offsets->load({"a", 3});
  REQUIRE(loaded);
  CHECK(*loaded == wanted);
}

TEST_CASE("log keeper: files are removed after their delay") {
  keeper_fixture x;
  std::ofstream(x.directory / "old.deleted") << "old";
  x.tell(x.keeper,
         remove_files{{x.directory / "old.deleted"}, std::chrono::minutes(1)});
  CHECK(x.directory.has("old.deleted"));
  x.fire_timers();
  CHECK_FALSE(x.directory.has("old.deleted"));
}

TEST_CASE("log keeper: the clean marker is left when asked for") {
  keeper_fixture x;
  CHECK_FALSE(x.directory.has(clean_shutdown_marker));
  CHECK(x.ask<log_closed>(x.keeper, mark_clean_shutdown{}).why.ok());
  CHECK(x.directory.has(clean_shutdown_marker));
}

TEST_CASE("log keeper: a directory is described or says why not") {
  keeper_fixture x;
  auto space = x.ask<directory_description>(x.keeper, describe_directory{});
  CHECK(space.why.ok());
  CHECK(space.path == x.directory.path());
  CHECK(space.total_bytes > 0);
  CHECK(space.usable_bytes <= space.total_bytes);
  std::filesystem::remove_all(x.directory.path());
  CHECK_FALSE(
      x.ask<directory_description>(x.keeper, describe_directory{}).why.ok());
}

TEST_CASE("log keeper: what a scan found is durable before it is shown") {
  crash_fixture x;
  auto opened = x.open();
  REQUIRE(opened.why.ok());
  REQUIRE(x.append(opened, x.batch(7, 0)));
  opened.value->reset();
  auto again = x.open();
  REQUIRE(again.why.ok());
  CHECK(again.report.scanned);
  CHECK((*again.value)->recovery_point() == 1);
  again.value->reset();
  x.disk.crash(1);
  auto last = x.open();
  REQUIRE(last.why.ok());
  CHECK((*last.value)->end_offset() == 1);
}

TEST_CASE("log keeper: a log whose found tail cannot be synced stays closed") {
  crash_fixture x;
  auto opened = x.open();
  REQUIRE(x.append(opened, x.batch(7, 0)));
  opened.value->reset();
  x.disk.inject(storage::test::operation::sync, ".log", EIO);
  auto again = x.open();
  CHECK_FALSE(again.why.ok());
  CHECK(again.value == nullptr);
}

TEST_CASE("log keeper: a checkpoint of lost batches misleads nobody later") {
  crash_fixture x;
  auto opened = x.open();
  // A producer's ten batches and, as DeleteRecords makes it, a checkpoint that
  // reaches to the unsynced end.
  for (int32_t i = 0; i < 10; ++i)
    REQUIRE(x.append(opened, x.batch(7, i)));
  REQUIRE(x.offsets->save({"a", 0}, (*opened.value)->checkpoint(10),
                          storage::durable::yes));
  opened.value->reset();
  x.disk.crash(1);
  auto after = x.open();
  REQUIRE(after.why.ok());
  auto survived = (*after.value)->end_offset();
  REQUIRE(survived < 10);
  // Another producer takes the offsets; then the process is killed.
  for (int32_t i = 0; i < 12; ++i)
    REQUIRE(x.append(after, x.batch(8, i)));
  after.value->reset();
  auto last = x.open();
  REQUIRE(last.why.ok());
  auto retried = x.append(last, x.batch(7, static_cast<int32_t>(survived)));
  REQUIRE(retried);
  CHECK_FALSE(retried->duplicate);
  CHECK(retried->base_offset == survived + 12);
}

TEST_CASE("log keeper: an offset store that cannot be read fails the open") {
  struct unreadable final : storage::offset_store {
    storage::errc code = storage::errc::io;
    result<std::optional<storage::partition_checkpoint>>
    load(const storage::topic_partition&) override {
      return failure(code, "test");
    }
    result<void> save(const storage::topic_partition&,
                      const storage::partition_checkpoint&,
                      storage::durable) override {
      return {};
    }
    result<void> erase(const storage::topic_partition&) override { return {}; }
    result<void> sync() override { return {}; }
  };
  keeper_fixture x;
  auto store = std::make_shared<unreadable>();
  x.offsets = store;
  x.start(true);
  CHECK_FALSE(x.open().why.ok());
  store->code = storage::errc::corrupt_log;
  CHECK(x.open().why.ok());
}

TEST_CASE("log keeper: a checkpoint to keep is in the store") {
  keeper_fixture x;
  storage::partition_checkpoint wanted;
  wanted.offsets.recovery_point = 7;
  x.tell(x.keeper, keep_checkpoint{{"a", 3}, wanted});
  auto loaded = x.offsets->load({"a", 3});
  REQUIRE(loaded);
  CHECK(*loaded == wanted);
}
