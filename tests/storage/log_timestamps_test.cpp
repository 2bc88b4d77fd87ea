// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.h"

#include <doctest/doctest.h>

namespace troupe::storage::test {

namespace {

/// Two records a batch, several segments: timestamps as given, plus 1 for the
/// second record.
void fill(log_fixture& x, std::initializer_list<timestamp_ms> timestamps) {
  x.options.config.segment_bytes = 300;
  x.open();
  leader_epoch_t epoch = 0;
  for (auto timestamp : timestamps) {
    batch_builder builder;
    builder.add(timestamp, std::nullopt, "value")
        .add(timestamp + 1, std::nullopt, "value");
    REQUIRE(x.try_append(builder.build(), epoch++));
  }
}

offset_t offset_of(log_fixture& x, timestamp_ms from, offset_t limit = 100) {
  auto found = x->find_timestamp(from, limit);
  REQUIRE(found);
  return *found ? (*found)->offset : no_offset;
}

} // namespace

TEST_CASE("log: finds the first record at or after a time") {
  log_fixture x;
  fill(x, {10, 20, 20, 50, 30, 60, 70, 80, 90, 95});
  REQUIRE(x->segment_count() > 2);
  for (auto restarted : {false, true}) {
    CAPTURE(restarted);
    if (restarted)
      x.restart();
    CHECK(offset_of(x, 0) == 0);
    CHECK(offset_of(x, 10) == 0);
    CHECK(offset_of(x, 11) == 1);
    CHECK(offset_of(x, 12) == 2);
    CHECK(offset_of(x, 21) == 3);
    CHECK(offset_of(x, 22) == 6);
    CHECK(offset_of(x, 52) == 10);
    CHECK(offset_of(x, 96) == 19);
    CHECK(offset_of(x, 97) == no_offset);
  }
  auto found = x->find_timestamp(31, 100).value();
  CHECK(found->timestamp == 50);
  CHECK(found->leader_epoch == 3);
}

TEST_CASE("log: times are looked up between log start and limit only") {
  log_fixture x;
  fill(x, {10, 20, 30, 40});
  CHECK(offset_of(x, 31, 5) == no_offset);
  CHECK(offset_of(x, 31, 6) == 5);
  CHECK(offset_of(x, 10, 0) == no_offset);
  REQUIRE(x->delete_records_before(3));
  CHECK(offset_of(x, 0) == 3);
  CHECK(offset_of(x, 20) == 3);
  REQUIRE(x->delete_records_before(8));
  CHECK(offset_of(x, 0) == no_offset);
}

TEST_CASE("log: finds the record with the largest timestamp") {
  log_fixture x;
  fill(x, {10, 90, 20, 90, 30});
  auto found = x->find_max_timestamp().value();
  REQUIRE(found);
  CHECK(found->offset == 3);
  CHECK(found->timestamp == 91);
  CHECK(found->leader_epoch == 1);
  x.restart();
  CHECK(x->find_max_timestamp().value()->offset == 3);
  REQUIRE(x->delete_records_before(4));
  CHECK(x->find_max_timestamp().value()->offset == 7);
  REQUIRE(x->delete_records_before(9));
  CHECK(x->find_max_timestamp().value()->offset == 9);
  REQUIRE(x->delete_records_before(10));
  CHECK_FALSE(x->find_max_timestamp().value());
}

TEST_CASE("log: with LogAppendTime the broker's clock is looked up") {
  log_fixture x;
  x.options.config.log_append_time = true;
  x.open();
  REQUIRE(x.try_append(log_fixture::batch(2, 10, 5)));
  x.now += 100;
  REQUIRE(x.try_append(log_fixture::batch(2, 10, 5)));
  CHECK(offset_of(x, 6) == 0);
  CHECK(offset_of(x, x.now) == 2);
  CHECK(x->find_max_timestamp().value()->offset == 2);
}

TEST_CASE("log: a damaged batch on the way of a look-up is an error") {
  log_fixture x;
  fill(x, {10, 20});
  x.fs.flip_bit(x.path(0, ".log"), 65);
  CHECK(code_of(x->find_timestamp(5, 100)) == errc::corrupt_log);
  x.fs.flip_bit(x.path(0, ".log"), 65);
  CHECK(offset_of(x, 5) == 0);
}

} // namespace troupe::storage::test
