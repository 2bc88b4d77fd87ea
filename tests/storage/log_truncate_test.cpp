// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.h"
#include "timestamps.h"

#include <doctest/doctest.h>

#include <cerrno>

namespace troupe::storage::test {

namespace {

using offsets = std::vector<offset_t>;

/// Batches of two records, three to a segment: 0, 6, 12, 18; ends at 24.
struct truncate_fixture : log_fixture {
  truncate_fixture() {
    options.config.segment_bytes =
        static_cast<int64_t>(3 * log_fixture::batch(2, 100, now).size());
    open();
    for (int i = 0; i < 12; ++i) {
      auto done = try_append(batch(2, 100, now + i), i / 4);
      REQUIRE(done);
    }
    REQUIRE(log_->segment_base_offsets() == offsets{0, 6, 12, 18});
  }
};

/// Many segments of ten batches; producer 5 wrote the second batch, producer 6
/// one batch of each segment.
struct long_fixture : log_fixture {
  static constexpr int segments = 40;

  long_fixture() {
    auto size = log_fixture::batch(1, 400, now, 5, 0).size();
    options.config.segment_bytes = static_cast<int64_t>(10 * size);
    open();
    for (int i = 0; i < 10 * segments; ++i) {
      auto producer = i == 1 ? 5 : i % 10 == 5 ? 6 : no_producer_id;
      auto sequence = producer == 6 ? i / 10 : producer == 5 ? 0 : -1;
      REQUIRE(try_append(batch(1, 400, now, producer, sequence)));
    }
    REQUIRE(log_->segment_count() == segments);
  }

  /// Cuts; how many bytes that read.
  uint64_t cut(offset_t to) {
    auto before = fs.bytes_read();
    REQUIRE(log_->truncate_to(to));
    return fs.bytes_read() - before;
  }

  /// Batches of producer 6 below the end, and the one of producer 5.
  void check_producers() {
    auto known = log_->active_producers();
    REQUIRE(known.size() == 2);
    CHECK(known[0].last_sequence == 0);
    CHECK(known[1].last_sequence == (log_->end_offset() + 4) / 10 - 1);
  }
};

} // namespace

TEST_CASE("log: truncation removes whole batches at and after the offset") {
  for (offset_t to = 0; to <= 25; ++to) {
    CAPTURE(to);
    truncate_fixture x;
    x.sync();
    REQUIRE(x->truncate_to(to));
    auto end = std::min<offset_t>(to - to % 2, 24);
    CHECK(x->end_offset() == end);
    CHECK(x->recovery_point() == end);
    CHECK(x->segment_base_offsets().back() == (end == 24 ? 18 : end - end % 6));
    CHECK(x.append() == end + 1);
    auto size = x->size_bytes();
    x.saved = x->checkpoint(0);
    x.kill_and_open();
    CHECK(x.report.notes.empty());
    CHECK(x->end_offset() == end + 1);
    CHECK(x->size_bytes() == size);
    CHECK(x.read_bases(end, 1) == offsets{end});
  }
}

TEST_CASE("log: truncation survives a power cut") {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    truncate_fixture x;
    x.sync();
    REQUIRE(x->truncate_to(9));
    x.saved = x->checkpoint(0);
    x.log_.reset();
    x.fs.crash(seed);
    x.open();
    CHECK(x->end_offset() == 8);
    CHECK(x->segment_base_offsets() == offsets{0, 6});
  }
}

TEST_CASE("log: truncation rolls epochs, producers and times back") {
  truncate_fixture x;
  REQUIRE(x.try_append(log_fixture::batch(2, 10, x.now + 100, 5, 0), 7));
  REQUIRE(x.try_append(log_fixture::batch(2, 10, x.now + 200, 5, 2), 8));
  REQUIRE(x.try_append(log_fixture::batch(2, 10, x.now + 300, 6, 0), 8));
  REQUIRE(x->truncate_to(26));
  auto known = x->active_producers();
  REQUIRE(known.size() == 1);
  CHECK(known[0].id == 5);
  CHECK(known[0].last_sequence == 1);
  CHECK(x->checkpoint(0).epochs.back() == epoch_start{7, 24});
  CHECK(find_largest(*x).value()->timestamp == x.now + 100);
  REQUIRE(x.try_append(log_fixture::batch(2, 10, x.now, 5, 2), 9));
  REQUIRE(x->truncate_to(8));
  CHECK(x->active_producers().empty());
  CHECK(find_largest(*x).value()->timestamp == x.now + 3);
  CHECK(x->checkpoint(0).epochs == std::vector<epoch_start>{{0, 0}});
}

TEST_CASE("log: truncation below the log start is refused") {
  truncate_fixture x;
  REQUIRE(x->delete_records_before(9));
  CHECK(code_of(x->truncate_to(8)) == errc::offset_out_of_range);
  // The batch that holds the log start goes as a whole.
  REQUIRE(x->truncate_to(9));
  CHECK(x->end_offset() == 8);
  CHECK(x->start_offset() == 8);
}

TEST_CASE("log: a truncation that fails leaves a log to be opened again") {
  for (auto what : {operation::remove, operation::truncate, operation::sync,
                    operation::sync_directory}) {
    truncate_fixture x;
    x.sync();
    auto is_remove = what == operation::remove;
    x.fs.inject(what, is_remove ? ".log" : "", EIO, is_remove ? 1 : 0);
    CHECK(code_of(x->truncate_to(4)) == errc::io);
    CHECK(code_of(x.try_append(log_fixture::batch(1, 10, x.now)))
          == errc::poisoned);
    x.saved = x->checkpoint(0);
    x.kill_and_open();
    CHECK(x->end_offset() % 2 == 0);
    CHECK(x->end_offset() >= 4);
    CHECK(x.report.notes.empty());
    CHECK(x.append() > 4);
  }
}

TEST_CASE("log: what was read before a truncation leads nobody astray") {
  truncate_fixture x;
  REQUIRE(x.read_bases(18) == offsets{18, 20, 22});
  REQUIRE(x.read_bases(0, 300).size() == 1);
  REQUIRE(x->truncate_to(2));
  REQUIRE(x.try_append(log_fixture::batch(1, 10, x.now)));
  REQUIRE(x.try_append(log_fixture::batch(1, 10, x.now)));
  CHECK(x.read_bases(2) == offsets{2, 3});
  CHECK(x.read_bases(3) == offsets{3});
}

TEST_CASE("log: a cut of a few segments does not read the whole log") {
  long_fixture x;
  CHECK(x.cut(390) < x->size_bytes() / 10);
  x.check_producers();
  CHECK(x.cut(377) < x->size_bytes() / 10);
  x.check_producers();
  // Below the copy of 370 all of it is read, and there are copies again.
  x.cut(364);
  x.check_producers();
  CHECK(x.cut(345) < x->size_bytes() / 10);
  x.check_producers();
}

TEST_CASE("log: a cut after a crash does not read the whole log either") {
  long_fixture x;
  SUBCASE("from its checkpoint") {
    x.saved = x->checkpoint(385);
    CHECK(x.saved->producers_end == 380);
  }
  SUBCASE("from what the scan without one met") {}
  x.kill_and_open();
  x.check_producers();
  CHECK(x.cut(387) < x->size_bytes() / 10);
  CHECK(x->end_offset() == 387);
  x.check_producers();
}

TEST_CASE("log: a cut does not put producers back to before what was deleted") {
  truncate_fixture x;
  auto fill_up_to = [&x](offset_t end) {
    while (x->end_offset() < end)
      x.append();
  };
  REQUIRE(x.try_append(log_fixture::batch(2, 10, x.now, 5, 0), 1));
  fill_up_to(30);
  // The roll kept what the log knew of it.
  REQUIRE(x->segment_base_offsets().back() == 24);
  REQUIRE(x.try_append(log_fixture::batch(2, 10, x.now, 5, 2), 1));
  fill_up_to(34);
  REQUIRE(x->delete_records_before(33));
  REQUIRE(x->truncate_to(33));
  CHECK(x->active_producers().empty());
  auto next = x.try_append(log_fixture::batch(2, 10, x.now, 5, 4), 1);
  CHECK_MESSAGE(next, (next ? "" : to_string(next.error())));
}

TEST_CASE("log: a checkpoint of a clean stop knows all producers") {
  long_fixture x;
  auto closed = x->close(385);
  REQUIRE(closed);
  CHECK(closed->producers_end == 400);
  x.saved = *closed;
  x.open(true);
  x.check_producers();
}

TEST_CASE("log: a restart forgets the producers of the latest rolls too") {
  long_fixture x;
  REQUIRE(x->restart_at(1000));
  REQUIRE(x.try_append(log_fixture::batch(1, 10, x.now)));
  REQUIRE(x.try_append(log_fixture::batch(1, 10, x.now)));
  REQUIRE(x->truncate_to(1001));
  CHECK(x->active_producers().empty());
  CHECK(x->checkpoint(1000).producers.empty());
}

} // namespace troupe::storage::test
