// SPDX-License-Identifier: Apache-2.0
#include "actor_fixture.h"
#include "partition_core_fixture.h"

#include <tests/storage/log_fixture.h>

#include <cerrno>

using namespace troupe;
using namespace troupe::actors;
using cluster::durability;
using storage::test::log_fixture;

namespace {

constexpr cluster::leader_epoch_t epoch = 3;

/// A core on a log in memory.
struct core_fixture {
  log_fixture store;
  partition_core core;

  explicit core_fixture(durability level = durability::page_cache)
      : core(alone(opened(store), epoch, level)) {}

  static std::unique_ptr<storage::log> opened(log_fixture& store) {
    store.open();
    return std::move(store.log_);
  }

  append_finished append(storage::timestamp_ms timestamp) {
    return core.append(log_fixture::batch(1, 50, timestamp), 1, {store.now, 0});
  }

  storage::found_offset find(storage::timestamp_ms timestamp) {
    auto outcome = core.find(find_offset{timestamp, -1});
    CHECK(outcome.answer.why.ok());
    if (outcome.search == nullptr)
      return outcome.answer.value;
    auto found = timestamp == of_largest_timestamp
                     ? outcome.search->find_largest()
                     : outcome.search->find(timestamp);
    REQUIRE(found);
    return found->value_or(storage::found_offset{});
  }

  problem deleting(storage::offset_t before) {
    return core.delete_before(before).answer.why;
  }
};

} // namespace

TEST_CASE("partition core: what a crash left unsynced is not shown at fsync") {
  log_fixture store;
  store.open();
  store.append(1);
  store.sync();
  store.append(1);
  store.append(1);
  auto unsynced = std::move(store.log_);
  REQUIRE(unsynced->recovery_point() == 1);
  auto core = alone(std::move(unsynced), epoch, durability::fsync);
  CHECK(core.high_watermark() == 1);
  CHECK(read(core, 1, epoch).answer.records.size == 0);
  core.synced(3);
  CHECK(core.high_watermark() == 3);
}

TEST_CASE("partition core: an empty log has no offset by time") {
  core_fixture x;
  CHECK(x.find(-1).offset == 0);
  CHECK(x.find(-1).leader_epoch == epoch);
  CHECK(x.find(-2).offset == 0);
  CHECK(x.find(-3).offset == storage::no_offset);
  CHECK(x.find(0).offset == storage::no_offset);
}

TEST_CASE("partition core: offsets are found by time and by name") {
  core_fixture x;
  for (auto timestamp : {100, 300, 200})
    REQUIRE(x.append(timestamp).why.ok());
  CHECK(x.find(-1).offset == 3);
  CHECK(x.find(-2).offset == 0);
  CHECK(x.find(-4).offset == 0);
  CHECK(x.find(-3).offset == 1);
  CHECK(x.find(-3).timestamp == 300);
  CHECK(x.find(101).offset == 1);
  CHECK(x.find(100).offset == 0);
  CHECK(x.find(301).offset == storage::no_offset);
  // No such name.
  CHECK(x.find(-5).offset == storage::no_offset);
  CHECK(x.find(-1000).offset == storage::no_offset);
}

TEST_CASE("partition core: offsets above the high watermark are not found") {
  core_fixture x(durability::fsync);
  REQUIRE(x.append(100).why.ok());
  CHECK(x.find(-1).offset == 0);
  CHECK(x.find(100).offset == storage::no_offset);
  x.core.synced(1);
  CHECK(x.find(-1).offset == 1);
  CHECK(x.find(100).offset == 0);
  CHECK(x.core.log().recovery_point() == 1);
}

TEST_CASE("partition core: a question from another epoch is refused") {
  core_fixture x;
  CHECK(is(x.core.find(find_offset{-1, 2}).answer.why,
           errc::fenced_leader_epoch));
  CHECK(is(x.core.find(find_offset{-1, 4}).answer.why,
           errc::unknown_leader_epoch));
  CHECK(is(x.core.find(find_epoch_end{0, 2}).why, errc::fenced_leader_epoch));
  CHECK(x.core.find(find_offset{-1, 3}).answer.why.ok());
}

TEST_CASE("partition core: an epoch ends where the next one begins") {
  core_fixture x;
  REQUIRE(x.append(1).why.ok());
  CHECK(x.core.become_leader(lone_registration(5), {}));
  REQUIRE(x.append(2).why.ok());
  auto end = x.core.find(find_epoch_end{4, -1});
  CHECK(end.leader_epoch == 3);
  CHECK(end.end_offset == 1);
  end = x.core.find(find_epoch_end{5, -1});
  CHECK(end.leader_epoch == 5);
  CHECK(end.end_offset == 2);
  // Nobody wrote in epoch 2: what came after it begins at the start.
  CHECK(x.core.find(find_epoch_end{2, -1}).end_offset == 0);
}

TEST_CASE("partition core: records are deleted within the high watermark") {
  core_fixture x;
  for (int i = 0; i < 3; ++i)
    REQUIRE(x.append(i).why.ok());
  CHECK(is(x.deleting(-2), storage::errc::offset_out_of_range));
  CHECK(is(x.deleting(4), storage::errc::offset_out_of_range));
  CHECK(x.deleting(2).ok());
  // Behind the start there is nothing left to delete.
  auto again = x.core.delete_before(1);
  CHECK(again.answer.why.ok());
  CHECK(again.answer.low_watermark == 2);
  CHECK(x.core.delete_before(-1).answer.low_watermark == 3);
  CHECK(x.find(-2).offset == 3);
  CHECK(x.core.high_watermark() == 3);
}

TEST_CASE("partition core: the first failure is the one that is told") {
  core_fixture x;
  x.core.fail("first");
  x.core.fail("second");
  CHECK(x.core.failed());
  CHECK(x.core.failure_reason() == "first");
  auto refused = x.append(1);
  CHECK(is(refused.why, errc::partition_offline));
  CHECK(refused.why.message == "first");
  CHECK(is(x.deleting(0), errc::partition_offline));
  CHECK(x.core.apply_retention(1, 5).paths.empty());
}

TEST_CASE("partition core: a refused batch is no failure of the disk") {
  core_fixture x;
  std::vector<std::byte> rubbish(100);
  auto refused = x.core.append(storage::buffer::copy_of(rubbish), 1, {1, 0});
  CHECK(std::holds_alternative<storage::errc>(refused.why.code));
  CHECK_FALSE(x.core.failed());
  CHECK(x.append(1).why.ok());
}

TEST_CASE("partition core: a shortage of descriptors is no failure") {
  log_fixture store;
  store.options.config.segment_bytes = 200;
  auto core = alone(core_fixture::opened(store), epoch, durability::page_cache);
  auto append = [&] {
    return core.append(log_fixture::batch(1, 100, 1), 1, {store.now, 0}).why;
  };
  REQUIRE(append().ok());
  store.fs.inject(storage::test::operation::open, ".log", EMFILE);
  CHECK(is(append(), storage::errc::busy));
  CHECK_FALSE(core.failed());
  CHECK(append().ok());
}

TEST_CASE("partition core: a late sync of a failed disk counts for nothing") {
  core_fixture x(durability::fsync);
  REQUIRE(x.append(1).why.ok());
  x.core.fail("gone");
  x.core.synced(1);
  CHECK(x.core.high_watermark() == 0);
}

TEST_CASE("partition core: without its log everything is refused") {
  core_fixture x;
  auto log = x.core.release();
  CHECK(log != nullptr);
  CHECK(x.core.closed());
  CHECK(is(x.append(1).why, errc::unknown_partition));
  CHECK(is(read(x.core, 0, -1).answer.why, errc::unknown_partition));
  CHECK(is(x.core.describe().why, errc::unknown_partition));
  x.core.synced(1);
  x.core.fail("late");
  CHECK(is(x.append(1).why, errc::unknown_partition));
}
