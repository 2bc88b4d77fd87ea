// SPDX-License-Identifier: Apache-2.0
#include "actor_fixture.h"
#include "disk_sync_actor.h"

#include <tests/storage/fault_file_system.h>

#include <cerrno>
#include <string>

using namespace troupe;
using namespace troupe::actors;
using storage::test::operation;

namespace {

using outcomes = std::vector<files_synced>;

partition_actor::behavior_type
waiting_partition(partition_actor::pointer, outcomes* told) {
  return {
      [](const append_records&) {},
      [](const read_records&) {},
      [](const watch_records&) {},
      [](const unwatch_records&) {},
      [](const find_offset&) { return actors::found_offset{}; },
      [](const find_epoch_end&) { return found_epoch_end{}; },
      [](const delete_records&) { return records_deleted{}; },
      [](const describe_partition&) { return partition_description{}; },
      [](const list_producers&) { return producers_listed{}; },
      [](const reconfigure_log&) {},
      [](const become_leader&) {},
      [](const become_follower&) {},
      [](const pull_records&) {},
      [](const append_pulled&) {},
      [](const find_pull_position&) {},
      [](const check_replicas&) {},
      [](const housekeep&) {},
      [](const flush_now&) {},
      [](const consider_compaction&) {},
      [](const swap_segment&) {},
      [](const compaction_finished&) {},
      [=](const files_synced& x) { told->push_back(x); },
      [](const close_partition&) { return partition_closed{}; },
  };
}

struct disk_sync_fixture : actor_fixture {
  storage::test::fault_file_system fs;
  outcomes first_told;
  outcomes second_told;
  partition_actor first;
  partition_actor second;
  disk_sync_actor sync;
  std::shared_ptr<storage::file> a;
  std::shared_ptr<storage::file> b;

  disk_sync_fixture() {
    REQUIRE(fs.create_directories("/d"));
    a = *fs.open("/d/a", storage::open_mode::create);
    b = *fs.open("/d/b", storage::open_mode::create);
    first = keep(system().spawn(waiting_partition, &first_told));
    second = keep(system().spawn(waiting_partition, &second_told));
    sync = keep(system().spawn(disk_sync, &fs));
    run();
  }
  ~disk_sync_fixture() { end_actors(); }

  /// Nothing runs yet.
  void order(const partition_actor& whose, storage::sync_plan plan) {
    caf::anon_send(sync, sync_files{std::move(plan), whose});
  }
};

} // namespace

TEST_CASE("disk sync: a group syncs each file once and answers everybody") {
  disk_sync_fixture x;
  x.order(x.first, {{x.a, x.b}, {"/d"}, 10});
  x.order(x.second, {{x.a}, {"/d"}, 20});
  auto before = x.fs.syncs();
  x.run();
  CHECK(x.fs.syncs() == before + 2);
  REQUIRE(x.first_told.size() == 1);
  REQUIRE(x.second_told.size() == 1);
  CHECK(x.first_told[0].why.ok());
  CHECK(x.first_told[0].end_offset == 10);
  CHECK(x.second_told[0].why.ok());
  CHECK(x.second_told[0].end_offset == 20);
}

TEST_CASE("disk sync: the next group syncs again") {
  disk_sync_fixture x;
  x.order(x.first, {{x.a}, {}, 1});
  x.run();
  auto before = x.fs.syncs();
  x.order(x.first, {{x.a}, {}, 2});
  x.run();
  CHECK(x.fs.syncs() == before + 1);
  CHECK(x.first_told.size() == 2);
}

TEST_CASE("disk sync: a failure reaches all who asked for that file") {
  disk_sync_fixture x;
  x.fs.inject(operation::sync, "/d/a", EIO);
  x.order(x.first, {{x.a}, {}, 1});
  x.order(x.second, {{x.b, x.a}, {}, 2});
  x.run();
  REQUIRE(x.first_told.size() == 1);
  REQUIRE(x.second_told.size() == 1);
  CHECK(is(x.first_told[0].why, storage::errc::io));
  CHECK(is(x.second_told[0].why, storage::errc::io));
}

TEST_CASE("disk sync: other files of the group do not suffer") {
  disk_sync_fixture x;
  x.fs.inject(operation::sync, "/d/a", EIO);
  x.order(x.first, {{x.a}, {}, 1});
  x.order(x.second, {{x.b}, {}, 2});
  x.run();
  REQUIRE(x.second_told.size() == 1);
  CHECK(x.second_told[0].why.ok());
}

TEST_CASE("disk sync: a directory that cannot be synced is a failure") {
  disk_sync_fixture x;
  x.fs.inject(operation::sync_directory, "/d", EIO);
  x.order(x.first, {{x.a}, {"/d"}, 1});
  x.run();
  REQUIRE(x.first_told.size() == 1);
  CHECK(is(x.first_told[0].why, storage::errc::io));
}

TEST_CASE("disk sync: an order without files is answered") {
  disk_sync_fixture x;
  x.order(x.first, {{}, {}, 5});
  x.run();
  REQUIRE(x.first_told.size() == 1);
  CHECK(x.first_told[0].why.ok());
  CHECK(x.first_told[0].end_offset == 5);
}
