// SPDX-License-Identifier: Apache-2.0
#include "partition_fixture.h"

#include <caf/send.hpp>

#include <cerrno>

using namespace troupe;
using namespace troupe::actors;
using cluster::durability;
using storage::test::operation;

namespace {

using offsets = std::vector<storage::offset_t>;
using tickets = std::vector<ticket_t>;

tickets answered(const partition_fixture& x) {
  tickets found;
  for (const auto& append : x.told.appends)
    found.push_back(append.ticket);
  return found;
}

} // namespace

TEST_CASE("partition: page_cache acknowledges an append at once") {
  partition_fixture x;
  x.append(7);
  REQUIRE(x.told.appends.size() == 1);
  const auto& answer = x.told.appends[0];
  CHECK(answer.ticket == 7);
  CHECK(answer.why.ok());
  CHECK(answer.info.base_offset == 0);
  CHECK(answer.info.next_offset == 1);
  CHECK(answer.log_start_offset == 0);
  CHECK(x.syncs.empty());
  CHECK(x.describe().high_watermark == 1);
}

TEST_CASE("partition: fsync answers and shows records only once synced") {
  partition_fixture x(durability::fsync);
  x.append(1, 1);
  CHECK(answered(x).empty());
  REQUIRE(x.syncs.size() == 1);
  auto before = x.describe();
  CHECK(before.end_offset == 1);
  CHECK(before.high_watermark == 0);
  CHECK(x.bases(x.read(0)).empty());
  CHECK(x.find(-1).value.offset == 0);
  x.finish_sync();
  CHECK(answered(x) == tickets{1});
  CHECK(x.told.appends[0].why.ok());
  CHECK(x.describe().high_watermark == 1);
  CHECK(x.bases(x.read(0)) == offsets{0});
  CHECK(x.syncs.empty());
}

TEST_CASE("partition: acks=0 does not wait for the sync") {
  partition_fixture x(durability::fsync);
  x.append(1, 0);
  CHECK(answered(x) == tickets{1});
  CHECK(x.describe().high_watermark == 0);
  x.append(2, -1);
  CHECK(answered(x) == tickets{1});
}

TEST_CASE("partition: one sync runs, the next covers what came meanwhile") {
  partition_fixture x(durability::fsync);
  x.append(1);
  x.append(2);
  x.append(3);
  REQUIRE(x.syncs.size() == 1);
  CHECK(x.syncs[0].plan.end_offset == 1);
  x.finish_sync();
  CHECK(answered(x) == tickets{1});
  REQUIRE(x.syncs.size() == 1);
  CHECK(x.syncs[0].plan.end_offset == 3);
  x.finish_sync();
  CHECK(answered(x) == tickets{1, 2, 3});
  CHECK(x.syncs.empty());
}

TEST_CASE("partition: after a failed sync nothing is acknowledged any more") {
  partition_fixture x(durability::fsync);
  x.append(1);
  x.append(2);
  x.watch(9, 0);
  x.finish_sync({errc::internal, "the disk is gone"});
  REQUIRE(answered(x) == tickets{1, 2});
  for (const auto& answer : x.told.appends)
    CHECK(is(answer.why, errc::partition_offline));
  CHECK(x.told.available == tickets{9});
  x.append(3);
  CHECK(is(x.told.appends.back().why, errc::partition_offline));
  CHECK(is(x.read(0).why, errc::partition_offline));
  CHECK(is(x.find(-1).why, errc::partition_offline));
  CHECK(is(x.describe().why, errc::partition_offline));
  REQUIRE(x.failures.size() == 1);
  CHECK(x.failures[0].name == x.store.options.name);
  CHECK(x.failures[0].reason == "the disk is gone");
  CHECK(x.syncs.empty());
}

TEST_CASE("partition: a failed write takes it down and is reported once") {
  partition_fixture x;
  x.append(1);
  x.store.fs.inject(operation::write, ".log", EIO);
  x.append(2);
  CHECK(is(x.told.appends.back().why, storage::errc::io));
  x.append(3);
  CHECK(is(x.told.appends.back().why, errc::partition_offline));
  CHECK(x.failures.size() == 1);
}

TEST_CASE("partition: a full disk refuses until there is space again") {
  partition_fixture x;
  x.append(1);
  x.store.fs.set_space(x.store.fs.used_bytes());
  x.append(2);
  CHECK(is(x.told.appends.back().why, storage::errc::disk_full));
  CHECK(x.bases(x.read(0)) == offsets{0});
  x.store.fs.set_space(std::nullopt);
  x.append(3);
  CHECK(x.told.appends.back().why.ok());
  CHECK(x.told.appends.back().info.base_offset == 1);
  CHECK(x.failures.empty());
}

TEST_CASE("partition: an idempotent retry gets its first offset again") {
  partition_fixture x;
  using storage::test::log_fixture;
  x.append(1);
  auto batch = log_fixture::batch(2, 10, x.store.now, 5, 0);
  x.append(2, batch);
  x.append(3, batch);
  const auto& retry = x.told.appends.back();
  CHECK(retry.why.ok());
  CHECK(retry.info.duplicate);
  CHECK(retry.info.base_offset == 1);
  CHECK(x.describe().end_offset == 3);
  auto listed = x.ask<producers_listed>(x.partition, list_producers{});
  CHECK(listed.producers.size() == 1);
}

TEST_CASE("partition: a retry waits for the sync that its first try needs") {
  partition_fixture x(durability::fsync);
  using storage::test::log_fixture;
  auto batch = log_fixture::batch(1, 10, x.store.now, 5, 0);
  x.append(1, batch);
  x.append(2, batch);
  CHECK(answered(x).empty());
  x.finish_sync();
  CHECK(answered(x) == tickets{1, 2});
}

TEST_CASE("partition: a rolled segment is synced in the background") {
  partition_fixture x;
  x.append(1, x.batch(800));
  CHECK(x.syncs.empty());
  x.append(2, x.batch(800));
  REQUIRE(x.syncs.size() == 1);
  CHECK(x.syncs[0].plan.end_offset == 2);
  CHECK(answered(x) == tickets{1, 2});
}

TEST_CASE("partition: the recovery point is kept once a rolled segment is "
          "synced") {
  partition_fixture x;
  x.append(1, x.batch(800));
  x.append(2, x.batch(800));
  CHECK(x.kept.empty());
  x.finish_sync();
  REQUIRE(x.kept.size() == 1);
  CHECK(x.kept[0].name == x.store.options.name);
  CHECK(x.kept[0].value.offsets.recovery_point == 2);
  CHECK(x.kept[0].value.producers_end == 2);
}

TEST_CASE("partition: without a roll the recovery point is kept each minute") {
  partition_fixture x(durability::fsync);
  auto append = [&](ticket_t ticket) {
    x.append(ticket);
    x.finish_sync();
  };
  append(1);
  append(2);
  CHECK(x.kept.empty());
  x.store.now += 60'000;
  append(3);
  append(4);
  REQUIRE(x.kept.size() == 1);
  CHECK(x.kept[0].value.offsets.recovery_point == 3);
}

TEST_CASE("partition: its end does not take the keeper along") {
  partition_fixture x;
  caf::anon_send_exit(x.partition, caf::exit_reason::unreachable);
  x.run();
  CHECK(x.ask<checkpoint_saved>(x.keeper, save_checkpoint{}).why.ok());
}

TEST_CASE("partition: flush.messages asks for a sync") {
  partition_fixture x(durability::page_cache, [](storage::log_config& config) {
    config.flush_messages = 2;
  });
  x.append(1);
  CHECK(x.syncs.empty());
  x.append(2);
  CHECK(x.syncs.size() == 1);
}

TEST_CASE("partition: flush.ms holds for what was appended before it") {
  partition_fixture x;
  x.append(1);
  x.fire_timers();
  REQUIRE(x.syncs.empty());
  auto config = x.store.options.config;
  config.flush_ms = 100;
  x.tell(x.partition, reconfigure_log{config});
  x.fire_timers();
  CHECK(x.syncs.size() == 1);
}

TEST_CASE("partition: interval durability arms one flush at a time") {
  partition_fixture x(durability::interval);
  x.append(1);
  x.append(2);
  CHECK(answered(x) == tickets{1, 2});
  CHECK(x.syncs.empty());
  x.fire_timers();
  REQUIRE(x.syncs.size() == 1);
  CHECK(x.syncs[0].plan.end_offset == 2);
  x.finish_sync();
  x.fire_timers();
  CHECK(x.syncs.empty());
  x.append(3);
  x.fire_timers();
  REQUIRE(x.syncs.size() == 1);
  CHECK(x.syncs[0].plan.end_offset == 3);
}

TEST_CASE("partition: a new configuration holds for the next append") {
  partition_fixture x;
  auto config = x.store.options.config;
  config.max_message_bytes = 100;
  x.tell(x.partition, reconfigure_log{config});
  x.append(1, x.batch(200));
  CHECK(is(x.told.appends.back().why, storage::errc::batch_too_large));
}

TEST_CASE("partition: closing answers everybody who waits") {
  partition_fixture x(durability::fsync);
  x.append(1);
  x.watch(9, 0);
  CHECK(x.close(false).why.ok());
  REQUIRE(answered(x) == tickets{1});
  CHECK(is(x.told.appends[0].why, errc::stopping));
  CHECK(x.told.available == tickets{9});
  REQUIRE(x.closings.size() == 1);
  CHECK_FALSE(x.closings[0].erase);
  CHECK(x.closings[0].high_watermark == 0);
  // A sync that was under way changes nothing any more.
  x.finish_sync();
  CHECK(answered(x) == tickets{1});
}

TEST_CASE("partition: a closed one refuses and stays closed") {
  partition_fixture x;
  x.append(1);
  CHECK(x.close(true).why.ok());
  CHECK(x.closings[0].erase);
  CHECK(x.close(true).why.ok());
  CHECK(x.closings.size() == 1);
  x.append(2);
  CHECK(is(x.told.appends.back().why, errc::unknown_partition));
  CHECK(is(x.read(0).why, errc::unknown_partition));
  CHECK(is(x.find(-1).why, errc::unknown_partition));
  CHECK(is(x.describe().why, errc::unknown_partition));
  CHECK(is(x.ask<records_deleted>(x.partition, delete_records{0}).why,
           errc::unknown_partition));
  x.watch(4, 100);
  CHECK(x.told.available == tickets{4});
  x.tell(x.partition, housekeep{});
  x.tell(x.partition, flush_now{});
  x.tell(x.partition, reconfigure_log{});
  x.tell(x.partition,
         become_leader{{this_node, 9, {this_node}, {this_node}}, {}});
  CHECK(x.syncs.empty());
  CHECK(x.removals.empty());
}
