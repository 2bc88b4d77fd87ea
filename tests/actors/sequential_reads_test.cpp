// SPDX-License-Identifier: Apache-2.0
#include "partition_core_fixture.h"
#include "sequential_reads.h"

#include <tests/storage/log_fixture.h>

#include <doctest/doctest.h>

namespace troupe::actors {

namespace {

using storage::test::log_fixture;

constexpr caf::actor_id partition = 7;
constexpr cluster::leader_epoch_t epoch = 3;
constexpr size_t record_bytes = 10'000;

/// A partition's core with 200 batches of one record, and one reader.
struct reader_fixture {
  log_fixture store;
  std::optional<partition_core> core;
  sequential_reads reads;

  reader_fixture() {
    store.options.config.segment_bytes = 64 << 20;
    store.open();
    core.emplace(alone(std::move(store.log_), epoch));
    for (int i = 0; i < 200; ++i)
      append();
  }

  static uint32_t batch_bytes() {
    return static_cast<uint32_t>(
        log_fixture::batch(1, record_bytes, 1'000'000).size());
  }

  void append() {
    REQUIRE(core->append(log_fixture::batch(1, record_bytes, store.now), 1,
                         {store.now, 0})
                .why.ok());
  }

  /// Reads `offset` through the core.
  void ask(storage::offset_t offset, caf::actor_id id = partition) {
    auto outcome =
        core->read(offset, batch_bytes(), epoch, read_source::leader);
    REQUIRE(outcome.answer.why.ok());
    reads.remember(id, outcome.answer);
  }

  std::optional<read_finished>
  find(storage::offset_t from, cluster::leader_epoch_t claimed = epoch) {
    return reads.find(partition, from, batch_bytes(), claimed);
  }
};

} // namespace

TEST_CASE("sequential reads: who reads on is served without the partition") {
  reader_fixture x;
  CHECK_FALSE(x.find(0));
  x.ask(0);
  for (storage::offset_t from = 1; from < 50; ++from) {
    auto found = x.find(from);
    REQUIRE(found);
    CHECK(found->why.ok());
    CHECK(found->records.position
          == static_cast<uint64_t>(from) * x.batch_bytes());
    CHECK(found->records.size == x.batch_bytes());
    CHECK(found->first_batch_bytes == x.batch_bytes());
    CHECK(found->high_watermark == 200);
    CHECK(found->last_stable_offset == 200);
    CHECK(found->log_start_offset == 0);
    CHECK(found->more);
  }
}

TEST_CASE("sequential reads: offsets in the answer are those of now") {
  reader_fixture x;
  x.ask(0);
  x.append();
  CHECK(x.find(1)->high_watermark == 201);
  REQUIRE(x.core->delete_before(2).answer.why.ok());
  auto found = x.find(2);
  REQUIRE(found);
  CHECK(found->log_start_offset == 2);
}

TEST_CASE("sequential reads: a jump is the partition's business") {
  reader_fixture x;
  x.ask(0);
  CHECK_FALSE(x.find(5));
  CHECK_FALSE(x.find(0));
  CHECK(x.find(1));
  x.ask(5);
  CHECK_FALSE(x.find(2));
  CHECK(x.find(6));
}

TEST_CASE("sequential reads: deleted records are not served") {
  reader_fixture x;
  x.ask(0);
  REQUIRE(x.core->delete_before(10).answer.why.ok());
  CHECK_FALSE(x.find(1));
}

TEST_CASE("sequential reads: a new epoch, a failure and the end cut them off") {
  reader_fixture x;
  x.ask(0);
  CHECK_FALSE(x.find(1, epoch - 1));
  CHECK_FALSE(x.find(1, epoch + 1));
  CHECK(x.find(1, storage::no_leader_epoch));
  x.core->become_leader(lone_registration(epoch + 1), {});
  CHECK_FALSE(x.find(2, storage::no_leader_epoch));
  auto answer =
      x.core->read(2, x.batch_bytes(), epoch + 1, read_source::leader).answer;
  x.reads.remember(partition, answer);
  CHECK(x.find(3, epoch + 1));
  x.core->fail("disk");
  CHECK_FALSE(x.find(4, epoch + 1));

  reader_fixture y;
  y.ask(0);
  auto log = y.core->release();
  CHECK_FALSE(y.find(1));
}

TEST_CASE("sequential reads: partitions are remembered up to a bound") {
  reader_fixture x;
  for (caf::actor_id id = 1; id <= 2 * sequential_reads::partitions_max; ++id)
    x.ask(0, id);
  CHECK(x.reads.size() == sequential_reads::partitions_max);
  CHECK(x.reads.find(1, 1, x.batch_bytes(), epoch));
  // At the end of the log there is nothing to go on with.
  x.ask(199, 1);
  CHECK(x.reads.size() == sequential_reads::partitions_max - 1);
}

} // namespace troupe::actors
