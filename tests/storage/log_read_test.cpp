// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.h"

#include <doctest/doctest.h>

#include <cerrno>

namespace troupe::storage::test {

namespace {

using offsets = std::vector<offset_t>;

uint32_t batch_bytes() {
  return static_cast<uint32_t>(log_fixture::batch(2, 100, 1'000'000).size());
}

/// One segment with batches of two records: offsets 0, 2, 4, ... 38.
void fill(log_fixture& x, int64_t index_interval) {
  x.options.config.segment_bytes = 1 << 20;
  x.options.config.index_interval_bytes = index_interval;
  x.open();
  for (int i = 0; i < 20; ++i)
    x.append(2);
}

/// The same, with several batches to a segment and each of them indexed.
void fill_segments(log_fixture& x) {
  x.options.config.segment_bytes = 2000;
  x.options.config.index_interval_bytes = 0;
  x.open();
  for (int i = 0; i < 20; ++i)
    x.append(2);
  REQUIRE(x->segment_count() > 2);
}

} // namespace

TEST_CASE("log: a read begins with the batch that holds the offset") {
  for (int64_t interval : {0, 500, 100000}) {
    CAPTURE(interval);
    log_fixture x;
    fill(x, interval);
    auto size = batch_bytes();
    for (offset_t from = 0; from < 40; ++from)
      CHECK(x.read_bases(from, size) == offsets{from - from % 2});
    // With an index at hand a read may end at an indexed batch.
    if (interval != 500)
      CHECK(x.read_bases(5, 3 * size) == offsets{4, 6, 8});
    CHECK(x.read_bases(5, 3 * size).size() >= 2);
    CHECK(x.read_bases(6, 3 * size - 1) == offsets{6, 8});
    CHECK(x.read_bases(36) == offsets{36, 38});
  }
}

TEST_CASE("log: the first batch comes whole, however little was asked for") {
  log_fixture x;
  fill(x, 0);
  for (uint32_t bytes_max : {0u, 1u, batch_bytes() - 1}) {
    auto read = x->read(7, bytes_max, 40, read_mode::blocking);
    REQUIRE(read);
    CHECK(x.bases(*read) == offsets{6});
    CHECK(read->first_batch_bytes == batch_bytes());
    CHECK(read->records.counters == x->counters());
  }
}

TEST_CASE("log: nothing at or beyond the limit is read") {
  for (int64_t interval : {0, 500, 100000}) {
    log_fixture x;
    fill(x, interval);
    CHECK(x.read_bases(0, 1 << 20, 6) == offsets{0, 2, 4});
    CHECK(x.read_bases(0, 1 << 20, 7) == offsets{0, 2, 4});
    CHECK(x.read_bases(4, 1 << 20, 5).empty());
    CHECK(x.read_bases(6, 1 << 20, 6).empty());
    CHECK(x.read_bases(8, 1 << 20, 6).empty());
    CHECK(x.read_bases(40).empty());
    auto empty = x->read(40, 100, 40, read_mode::nowait);
    REQUIRE(empty);
    CHECK(empty->records.size == 0);
    CHECK(empty->first_batch_bytes == 0);
  }
}

TEST_CASE("log: offsets outside the log are refused") {
  log_fixture x;
  fill(x, 0);
  REQUIRE(x->delete_records_before(5));
  for (offset_t from : {-1, 0, 4, 41})
    CHECK(code_of(x->read(from, 100, 40, read_mode::blocking))
          == errc::offset_out_of_range);
  CHECK(x.read_bases(5, 1) == offsets{4});
}

TEST_CASE("log: a read ends with its segment") {
  log_fixture x;
  x.open();
  for (int i = 0; i < 12; ++i)
    x.append(1);
  auto bases = x->segment_base_offsets();
  REQUIRE(bases.size() > 2);
  offsets seen;
  for (offset_t from = 0; from < 12;) {
    auto part = x.read_bases(from);
    REQUIRE_FALSE(part.empty());
    auto next = part.back() + 1;
    CHECK((next == 12
           || std::find(bases.begin(), bases.end(), next) != bases.end()));
    seen.insert(seen.end(), part.begin(), part.end());
    from = next;
  }
  CHECK(seen == offsets{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
}

TEST_CASE("log: a read says whether more could be read") {
  log_fixture x;
  fill(x, 0);
  auto more = [&](offset_t from, uint32_t bytes_max, offset_t limit) {
    auto read = x->read(from, bytes_max, limit, read_mode::nowait);
    REQUIRE(read);
    return read->more;
  };
  CHECK(more(0, batch_bytes(), 40));
  CHECK(more(36, batch_bytes(), 40));
  CHECK_FALSE(more(36, 2 * batch_bytes(), 40));
  CHECK_FALSE(more(38, batch_bytes(), 40));
  CHECK(more(10, batch_bytes(), 20));
  CHECK_FALSE(more(18, batch_bytes(), 20));
  CHECK_FALSE(more(40, batch_bytes(), 40));
  // The slice ends with its segment, the log does not.
  while (x->segment_count() == 1)
    x.append(2);
  auto rolled = x->segment_base_offsets().back();
  CHECK(more(rolled - 2, 1 << 20, x->end_offset()));
  CHECK_FALSE(more(rolled - 2, 1 << 20, rolled));
}

TEST_CASE("log: who reads on costs one header") {
  log_fixture x;
  fill(x, 100000);
  REQUIRE(x.read_bases(0, 5 * batch_bytes()).size() == 5);
  REQUIRE(x.read_bases(30).back() == 38);
  auto cost = [&](offset_t from) {
    auto before = x.fs.bytes_read();
    REQUIRE(x->read(from, 1 << 20, 100, read_mode::blocking));
    return x.fs.bytes_read() - before;
  };
  CHECK(cost(10) == batch_header_bytes);
  x.append(2);
  CHECK(cost(40) == batch_header_bytes);
  CHECK(cost(8) > batch_header_bytes);
}

TEST_CASE("log: bytes that are not in memory make a nowait read cold") {
  log_fixture x;
  fill(x, 500);
  x.fs.set_cold(true);
  auto read = x->read(9, 5 * batch_bytes(), 40, read_mode::nowait);
  REQUIRE(read);
  CHECK(read->cold);
  CHECK(read->records.source != nullptr);
  CHECK(read->records.position <= 4 * batch_bytes());
  CHECK(read->records.position + read->records.size >= 5 * batch_bytes());
  CHECK(read->records.position + read->records.size <= x->size_bytes());
  CHECK(x.read_bases(9, 1) == offsets{8});
  x.fs.set_cold(false);
  read = x->read(9, 5 * batch_bytes(), 40, read_mode::nowait);
  REQUIRE(read);
  CHECK_FALSE(read->cold);
  CHECK(x.bases(*read).front() == 8);
}

TEST_CASE("log: index rows that are not in memory make a nowait read cold") {
  log_fixture x;
  fill_segments(x);
  x.restart();
  x.fs.set_cold(true);
  auto read = x->read(2, 1, 40, read_mode::nowait);
  REQUIRE(read);
  CHECK(read->cold);
  CHECK(read->records.source->path() == x.path(0, ".timeindex"));
  CHECK(read->records.size == x.content(0, ".timeindex").size());
  CHECK(x.read_bases(2, 1) == offsets{2});
  x.fs.set_cold(false);
  read = x->read(2, 1, 40, read_mode::nowait);
  REQUIRE(read);
  CHECK_FALSE(read->cold);
  CHECK(x.bases(*read) == offsets{2});
}

TEST_CASE("log: a disk that fails below an index is an error of the read") {
  log_fixture x;
  fill_segments(x);
  x.restart();
  x.fs.inject(operation::read, "00000000000000000000.index", EIO);
  CHECK(code_of(x->read(2, 1, 40, read_mode::nowait)) == errc::io);
  CHECK(x.read_bases(2, 1) == offsets{2});
}

TEST_CASE("log: a slice stays readable when its segment is gone") {
  log_fixture x;
  x.open();
  for (int i = 0; i < 12; ++i)
    x.append(1);
  auto slice = x->read(0, 100, 12, read_mode::blocking);
  REQUIRE(slice);
  auto removed = x->delete_records_before(12);
  REQUIRE(removed);
  REQUIRE_FALSE(removed->paths.empty());
  for (auto& path : removed->paths) {
    CHECK(path.ends_with(".deleted"));
    REQUIRE(x.fs.remove(path));
  }
  CHECK(x.bases(*slice) == offsets{0});
}

TEST_CASE("log: many segments do not keep many files open") {
  log_fixture x;
  x.options.config.segment_bytes = 200;
  x.open();
  for (int i = 0; i < 40; ++i)
    x.append(1);
  REQUIRE(x->segment_count() == 40);
  x.sync();
  for (offset_t from = 0; from < 40; ++from)
    CHECK(x.read_bases(from, 1) == offsets{from});
  for (offset_t from = 39; from >= 0; --from)
    CHECK(x.read_bases(from, 1) == offsets{from});
}

TEST_CASE("log: a damaged header that nobody scanned fails the read") {
  log_fixture x;
  fill(x, 0);
  auto closed = x->close(40);
  REQUIRE(closed);
  x.saved = *closed;
  x.fs.flip_bit(x.path(0, ".log"), 10 * batch_bytes() + 16); // magic
  x.open(true);
  REQUIRE_FALSE(x.report.scanned);
  for (auto mode : {read_mode::blocking, read_mode::nowait})
    CHECK(code_of(x->read(20, 10, 40, mode)) == errc::corrupt_log);
  CHECK(x.read_bases(18, 1) == offsets{18});
  CHECK(x.read_bases(22, 1) == offsets{22});
  // From now on it is known and never part of an answer.
  CHECK(x.read_bases(16) == offsets{16, 18});
  CHECK(x.read_bases(22).back() == 38);
  x.restart();
  CHECK(code_of(x->read(21, 10, 40, read_mode::blocking)) == errc::corrupt_log);
  CHECK(x.read_bases(16) == offsets{16, 18});
}

TEST_CASE("log: an index is never believed over the log") {
  log_fixture x;
  fill(x, 0);
  REQUIRE(x->close(40));
  x.saved = x->checkpoint(40);
  auto index = x.content(0, ".index");
  SUBCASE("rows out of order") {
    std::swap(index[3], index[11]);
  }
  SUBCASE("a row between two batches") {
    index[5 * 8 + 7] ^= std::byte{1};
  }
  SUBCASE("a row with a wrong offset") {
    index[5 * 8 + 3] = std::byte{10};
  }
  SUBCASE("rows of zeros, as a crash leaves them") {
    std::fill(index.begin() + 40, index.end() - 8, std::byte{0});
  }
  x.fs.put(x.path(0, ".index"), index);
  x.open(true);
  for (offset_t from = 0; from < 40; ++from)
    CHECK(x.read_bases(from, 1) == offsets{from - from % 2});
}

TEST_CASE("log: an index that vanishes is made again") {
  log_fixture x;
  x.open();
  for (int i = 0; i < 12; ++i)
    x.append(1);
  x.restart();
  REQUIRE(x->segment_count() > 2);
  REQUIRE(x.fs.remove(x.path(0, ".index")));
  REQUIRE(x.fs.remove(x.path(0, ".timeindex")));
  CHECK(x.read_bases(1, 1) == offsets{1});
  x.restart();
  CHECK(x.fs.exists(x.path(0, ".index")).value());
  CHECK(x.fs.exists(x.path(0, ".timeindex")).value());
}

TEST_CASE("log: a disk that cannot read is an io error") {
  log_fixture x;
  fill(x, 0);
  x.fs.inject(operation::read, ".log", EIO);
  CHECK(code_of(x->read(20, 10, 40, read_mode::blocking)) == errc::io);
  CHECK(x.read_bases(20, 1) == offsets{20});
}

} // namespace troupe::storage::test
