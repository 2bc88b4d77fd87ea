// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.h"
#include "timestamps.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <string>

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
  auto found = find_timestamp(*x, from, limit);
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
  auto found = find_timestamp(*x, 31, 100).value();
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
  auto found = find_largest(*x).value();
  REQUIRE(found);
  CHECK(found->offset == 3);
  CHECK(found->timestamp == 91);
  CHECK(found->leader_epoch == 1);
  x.restart();
  CHECK(find_largest(*x).value()->offset == 3);
  REQUIRE(x->delete_records_before(4));
  CHECK(find_largest(*x).value()->offset == 7);
  REQUIRE(x->delete_records_before(9));
  CHECK(find_largest(*x).value()->offset == 9);
  REQUIRE(x->delete_records_before(10));
  CHECK_FALSE(find_largest(*x).value());
}

TEST_CASE("log: the largest timestamp is looked for below the limit") {
  log_fixture x;
  fill(x, {10, 90, 20, 95, 30});
  auto largest = [&](offset_t limit) {
    auto found = find_largest(*x, limit);
    REQUIRE(found);
    return *found ? (*found)->offset : no_offset;
  };
  CHECK(largest(10) == 7);
  CHECK(largest(8) == 7);
  CHECK(largest(7) == 6);
  CHECK(largest(6) == 3);
  CHECK(largest(3) == 2);
  CHECK(largest(1) == 0);
  CHECK(largest(0) == no_offset);
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
  CHECK(find_largest(*x).value()->offset == 2);
}

TEST_CASE("log: a damaged batch on the way of a look-up is an error") {
  log_fixture x;
  fill(x, {10, 20});
  x.fs.flip_bit(x.path(0, ".log"), 65);
  CHECK(code_of(find_timestamp(*x, 5, 100)) == errc::corrupt_log);
  x.fs.flip_bit(x.path(0, ".log"), 65);
  CHECK(offset_of(x, 5) == 0);
}

TEST_CASE("log: a batch that cannot be unpacked is found as a whole") {
  log_fixture x;
  x.open();
  REQUIRE(x.try_append(log_fixture::batch(2, 100, 10)));
  auto packed = batch_builder{codec::gzip}
                    .add(20, std::nullopt, std::string(200, 'v'))
                    .add(20, std::nullopt, std::string(200, 'v'))
                    .build();
  REQUIRE(x.try_append(packed));
  x.options.config.decompressed_bytes_max = 100;
  x->reconfigure(x.options.config);
  auto found = find_timestamp(*x, 15, 4).value();
  REQUIRE(found);
  CHECK(found->offset == 2);
  CHECK(found->timestamp == 20);
  CHECK(find_largest(*x).value()->offset == 2);
}

TEST_CASE("log: a search goes on with the log as it was") {
  log_fixture x;
  fill(x, {10, 20, 30, 40, 50, 60, 61, 62, 63, 64});
  REQUIRE(x->segment_count() > 2);
  auto search = x->search_timestamps(x->end_offset());
  REQUIRE(search);
  auto later = x->search_timestamps(x->end_offset());
  REQUIRE(later);
  REQUIRE(x.try_append(log_fixture::batch(2, 5, 70)));
  CHECK((*search)->find(60).value()->offset == 10);
  CHECK((*search)->find_largest().value()->offset == 19);
  CHECK_FALSE((*search)->find(70).value());
  REQUIRE(x->delete_records_before(8));
  CHECK(code_of((*later)->find(10)) == errc::not_found);
  CHECK(offset_of(x, 10) == 8);
}

TEST_CASE("log: segments without a record that young are not read") {
  log_fixture x;
  fill(x, {10, 20, 30, 40, 50, 60, 70, 75, 76, 77, 78, 80});
  x.restart();
  REQUIRE(x->segment_count() > 3);
  auto search = x->search_timestamps(x->end_offset());
  x.fs.inject(operation::read, "00000000000000000000.log", EIO);
  x.fs.inject(operation::read, "00000000000000000000.index", EIO);
  CHECK((*search)->find(80).value()->offset == 22);
  x.fs.clear_faults();
  search = x->search_timestamps(x->end_offset());
  x.fs.inject(operation::read, ".timeindex", EIO);
  CHECK(code_of((*search)->find(80)) == errc::io);
}

} // namespace troupe::storage::test
