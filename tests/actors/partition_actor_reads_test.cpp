// SPDX-License-Identifier: Apache-2.0
#include "partition_fixture.h"

using namespace troupe;
using namespace troupe::actors;
using cluster::durability;

namespace {

using offsets = std::vector<storage::offset_t>;
using tickets = std::vector<ticket_t>;

} // namespace

TEST_CASE("partition: reads give whole batches up to the high watermark") {
  partition_fixture x;
  CHECK(x.read(0).records.size == 0);
  for (ticket_t i = 0; i < 4; ++i)
    x.append(i);
  const auto& all = x.read(1);
  CHECK(x.bases(all) == offsets{1, 2, 3});
  CHECK(all.high_watermark == 4);
  CHECK(all.last_stable_offset == 4);
  CHECK(all.log_start_offset == 0);
  // Less than a batch still gives one.
  CHECK(x.bases(x.read(2, 1)) == offsets{2});
  CHECK(x.read(2, 1).first_batch_bytes == x.read(2, 1).records.size);
  CHECK(x.read(4).why.ok());
  CHECK(x.read(4).records.size == 0);
  CHECK(is(x.read(5).why, storage::errc::offset_out_of_range));
  CHECK(is(x.read(-1).why, storage::errc::offset_out_of_range));
  CHECK(x.failures.empty());
}

TEST_CASE("partition: a wrong leader epoch is fenced or not known yet") {
  partition_fixture x;
  x.append(1);
  CHECK(is(x.read(0, 100, 2).why, errc::fenced_leader_epoch));
  CHECK(is(x.read(0, 100, 4).why, errc::unknown_leader_epoch));
  CHECK(x.read(0, 100, 3).why.ok());
  x.tell(x.partition,
         become_leader{{this_node, 4, {this_node}, {this_node}}, {}});
  CHECK(is(x.read(0, 100, 3).why, errc::fenced_leader_epoch));
  CHECK(x.read(0, 100, 4).why.ok());
}

TEST_CASE("partition: a cold read comes back once the slice is in memory") {
  partition_fixture x;
  x.append(1);
  x.store.fs.set_cold(true);
  x.tell(x.partition, read_records{5, 0, 1000, -1, x.client});
  CHECK(x.told.reads.empty());
  REQUIRE(x.cold_reads.size() == 1);
  CHECK(x.cold_reads[0].slice.size > 0);
  x.store.fs.set_cold(false);
  x.cold_reads[0].done();
  x.run();
  REQUIRE(x.told.reads.size() == 1);
  CHECK(x.told.reads[0].ticket == 5);
  CHECK(x.bases(x.told.reads[0]) == offsets{0});
}

TEST_CASE("partition: a slice that never stays in memory ends the read") {
  partition_fixture x;
  x.append(1);
  x.store.fs.set_cold(true);
  x.tell(x.partition, read_records{5, 0, 1000, -1, x.client});
  size_t attempts = 0;
  while (x.told.reads.empty() && attempts < 100) {
    REQUIRE(x.cold_reads.size() == attempts + 1);
    x.cold_reads[attempts++].done();
    x.run();
  }
  REQUIRE(x.told.reads.size() == 1);
  CHECK(x.told.reads[0].ticket == 5);
  CHECK(is(x.told.reads[0].why, storage::errc::busy));
  x.store.fs.set_cold(false);
  CHECK(x.read(0).why.ok());
}

TEST_CASE("partition: times are looked up beside the lane") {
  partition_fixture x;
  x.append(1);
  x.search_answers = {{{}, {7, 100, 3}}};
  auto found = x.find(100);
  CHECK(found.why.ok());
  CHECK(found.value.offset == 7);
  x.find(of_largest_timestamp);
  using times = std::vector<storage::timestamp_ms>;
  CHECK(x.searches == times{100, of_largest_timestamp});
  x.find(-1);
  x.find(-2);
  CHECK(x.searches.size() == 2);
  CHECK(is(x.find(100, 9).why, errc::unknown_leader_epoch));
  CHECK(x.searches.size() == 2);
}

TEST_CASE("partition: a search whose files went away begins anew") {
  partition_fixture x;
  found_offset gone{storage::error{storage::errc::not_found, "gone"}, {}};
  x.search_answers = {gone, gone, {{}, {5, 100, 3}}};
  CHECK(x.find(100).value.offset == 5);
  CHECK(x.searches.size() == 3);
  x.search_answers = {gone, gone, gone, gone};
  CHECK(is(x.find(100).why, storage::errc::not_found));
  CHECK(x.searches.size() == 6);
  CHECK(x.failures.empty());
}

TEST_CASE("partition: a disk that fails a search fails the partition") {
  partition_fixture x;
  x.search_answers = {{storage::error{storage::errc::io, "broken"}, {}}};
  CHECK(is(x.find(100).why, storage::errc::io));
  REQUIRE(x.failures.size() == 1);
  CHECK(is(x.find(100).why, errc::partition_offline));
}

TEST_CASE("partition: a watch is told once, by the newest ticket") {
  partition_fixture x;
  x.watch(1, 0);
  x.watch(2, 1);
  CHECK(x.told.available.empty());
  x.append(10);
  CHECK(x.told.available.empty());
  x.append(11);
  CHECK(x.told.available == tickets{2});
  x.append(12);
  CHECK(x.told.available == tickets{2});
}

TEST_CASE("partition: a watch of what is there is told at once") {
  partition_fixture x;
  x.append(10);
  x.watch(1, 0);
  CHECK(x.told.available == tickets{1});
}

TEST_CASE("partition: an ended watch is not told") {
  partition_fixture x;
  x.watch(1, 0);
  x.tell(x.partition, unwatch_records{x.client});
  x.append(10);
  CHECK(x.told.available.empty());
}

TEST_CASE("partition: a watch waits for the sync too") {
  partition_fixture x(durability::fsync);
  x.watch(1, 0);
  x.append(10);
  CHECK(x.told.available.empty());
  x.finish_sync();
  CHECK(x.told.available == tickets{1});
}

TEST_CASE("partition: deleting records answers after its checkpoint") {
  partition_fixture x;
  for (ticket_t i = 0; i < 3; ++i)
    x.append(i);
  x.hold_checkpoints = true;
  auto answer = x.start_asking<records_deleted>(x.partition, delete_records{2});
  REQUIRE(x.checkpoints.size() == 1);
  CHECK(x.checkpoints[0].value.offsets.log_start_offset == 2);
  CHECK_FALSE(answer->has_value());
  x.finish_checkpoint();
  REQUIRE(answer->has_value());
  CHECK((*answer)->why.ok());
  CHECK((*answer)->low_watermark == 2);
  CHECK(is(x.read(1).why, storage::errc::offset_out_of_range));
}

TEST_CASE("partition: a lost checkpoint fails the deletion of records") {
  partition_fixture x;
  x.append(1);
  x.hold_checkpoints = true;
  auto answer = x.start_asking<records_deleted>(x.partition, delete_records{1});
  x.finish_checkpoint({errc::internal, "no"});
  REQUIRE(answer->has_value());
  CHECK(is((*answer)->why, errc::internal));
}

TEST_CASE("partition: records above the high watermark are not deleted") {
  partition_fixture x(durability::fsync);
  x.append(1);
  auto refused = x.ask<records_deleted>(x.partition, delete_records{1});
  CHECK(is(refused.why, storage::errc::offset_out_of_range));
  CHECK(x.checkpoints.empty());
  x.finish_sync();
  CHECK(x.ask<records_deleted>(x.partition, delete_records{-1}).low_watermark
        == 1);
}

TEST_CASE("partition: what retention takes out is removed after its delay") {
  partition_fixture x;
  for (ticket_t i = 0; i < 3; ++i)
    x.append(i, x.batch(800));
  x.tell(x.partition, housekeep{});
  CHECK(x.removals.empty());
  auto config = x.store.options.config;
  config.retention_bytes = 1000;
  config.file_delete_delay_ms = 1234;
  x.tell(x.partition, reconfigure_log{config});
  x.tell(x.partition, housekeep{});
  REQUIRE(x.removals.size() == 1);
  CHECK_FALSE(x.removals[0].paths.empty());
  CHECK(x.removals[0].delay == std::chrono::milliseconds(1234));
  CHECK(x.describe().log_start_offset > 0);
}
