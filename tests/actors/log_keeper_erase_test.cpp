// SPDX-License-Identifier: Apache-2.0
#include "log_keeper_fixture.h"
#include "partition_directory.h"

#include <tests/storage/fault_file_system.h>

#include <filesystem>
#include <fstream>

using namespace troupe;
using namespace troupe::actors;

TEST_CASE("log keeper: an erased log leaves nothing behind") {
  keeper_fixture x;
  auto opened = x.open(1);
  append(opened);
  REQUIRE(x.offsets->save({"a", 0}, {}, storage::durable::no));
  CHECK(x.close(opened, true).why.ok());
  CHECK_FALSE(x.directory.has("a-0"));
  CHECK(std::filesystem::is_empty(x.directory.path()));
  CHECK_FALSE(x.offsets->load({"a", 0})->has_value());
  auto again = x.open(2);
  REQUIRE(again.why.ok());
  CHECK((*again.value)->end_offset() == 0);
}

TEST_CASE("log keeper: nobody waits for a sync of a log that is erased") {
  storage::test::fault_file_system disk;
  keeper_fixture x;
  x.start_on(disk, "/data", false);
  auto opened = x.open();
  REQUIRE(opened.why.ok());
  append(opened);
  auto syncs = disk.syncs();
  CHECK(x.close(opened, true).why.ok());
  CHECK(disk.syncs() == syncs);
}

TEST_CASE("log keeper: a log with the longest name is erased") {
  keeper_fixture x;
  storage::topic_partition name{std::string(249, 'n'), 7};
  auto opened = x.ask<log_opened>(x.keeper, open_log{name, x.id(1), {}});
  REQUIRE(opened.why.ok());
  REQUIRE(x.directory.has(to_string(name)));
  auto closed = x.close(opened, true);
  CHECK_MESSAGE(closed.why.ok(), closed.why.message);
  CHECK(std::filesystem::is_empty(x.directory.path()));
}

TEST_CASE("log keeper: a log that cannot be erased stays and says so") {
  keeper_fixture x;
  auto opened = x.open();
  // A directory where the log has to go when it is deleted.
  auto doomed = doomed_directory_name({"a", 0}, x.id(1));
  std::filesystem::create_directories(x.directory / (doomed + "/in-the-way"));
  CHECK_FALSE(x.close(opened, true).why.ok());
  CHECK(x.directory.has("a-0"));
}

TEST_CASE("log keeper: a log that nobody serves is erased") {
  keeper_fixture x;
  std::ofstream(x.directory / "a-0") << "in the way";
  REQUIRE(x.offsets->save({"a", 0}, {}, storage::durable::no));
  caf::anon_send(x.keeper, erase_log{{"a", 0}, x.id(1)});
  auto opened = x.open(2);
  CHECK(opened.why.ok());
  CHECK(x.directory.has("a-0"));
  CHECK_FALSE(x.directory.has(doomed_directory_name({"a", 0}, x.id(1))));
  CHECK_FALSE(x.offsets->load({"a", 0})->has_value());
}

TEST_CASE("log keeper: what an earlier run deleted is removed") {
  keeper_fixture x;
  auto doomed = x.directory / "a-0.AQEBAQEBAQEBAQEBAQEBAQ-delete";
  std::filesystem::create_directories(doomed);
  std::ofstream(doomed + "/00000000000000000000.log") << "old";
  log_keeper_config config{&storage::posix_file_system(),
                           x.offsets,
                           x.directory.path(),
                           false,
                           [] { return storage::timestamp_ms{1000}; },
                           {doomed}};
  x.keep(x.system().spawn(log_keeper, std::move(config)));
  x.run();
  CHECK(std::filesystem::is_empty(x.directory.path()));
}

TEST_CASE("log keeper: a stray with the longest name is set aside") {
  keeper_fixture x;
  storage::topic_partition name{std::string(249, 'n'), 3};
  std::filesystem::create_directories(x.directory / to_string(name));
  caf::anon_send(x.keeper, set_log_aside{name, {}});
  x.run();
  CHECK_FALSE(x.directory.has(to_string(name)));
  CHECK(x.directory.has(stray_directory_name(name, {})));
}

TEST_CASE("log keeper: a stray that cannot be renamed stays") {
  keeper_fixture x;
  std::filesystem::create_directories(x.directory / "a-0");
  std::filesystem::create_directories(
      x.directory / (stray_directory_name({"a", 0}, {}) + "/in-the-way"));
  caf::anon_send(x.keeper, set_log_aside{{"a", 0}, {}});
  x.run();
  CHECK(x.directory.has("a-0"));
}
