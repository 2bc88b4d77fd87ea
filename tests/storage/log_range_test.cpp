// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.h"

#include <troupe/storage/log_range.h>

#include <doctest/doctest.h>

namespace troupe::storage::test {

namespace {

using offsets = std::vector<offset_t>;

constexpr size_t record_bytes = 10'000;
constexpr offset_t batches = 200;

uint32_t batch_bytes() {
  return static_cast<uint32_t>(
      log_fixture::batch(1, record_bytes, 1'000'000).size());
}

/// One segment of about 2 MB; batch i holds offset i.
struct range_fixture : log_fixture {
  explicit range_fixture(int64_t index_interval = 4096) {
    options.config.segment_bytes = 64 << 20;
    options.config.index_interval_bytes = index_interval;
    open();
    for (offset_t i = 0; i < batches; ++i)
      append(1, record_bytes);
  }

  read_info read(offset_t from, uint32_t bytes_max, offset_t limit = batches) {
    auto found = log_->read(from, bytes_max, limit, read_mode::nowait);
    REQUIRE(found);
    return *found;
  }

  offsets bases_of(const range_slice& x) const {
    read_info info;
    info.records = x.records;
    return bases(info);
  }
};

} // namespace

TEST_CASE("log_range: who reads on sees each batch once and in order") {
  for (int64_t interval : {int64_t{0}, int64_t{50'000}, int64_t{1} << 40}) {
    for (uint32_t count : {1u, 3u, 20u}) {
      CAPTURE(interval);
      CAPTURE(count);
      range_fixture x(interval);
      auto first = x.read(0, count * batch_bytes());
      auto seen = x.bases(first);
      REQUIRE(first.ahead != nullptr);
      CHECK(first.ahead->position_begin == first.records.size);
      auto position = first.ahead->position_begin;
      size_t slices = 0;
      while (auto next = read_range(*first.ahead, seen.back() + 1, position,
                                    count * batch_bytes())) {
        CHECK(next->first_batch_bytes == batch_bytes());
        CHECK(next->records.size <= count * batch_bytes());
        CHECK(next->records.size >= (count + 1) / 2 * batch_bytes());
        CHECK(next->records.counters == x->counters());
        auto more = x.bases_of(*next);
        seen.insert(seen.end(), more.begin(), more.end());
        position += next->records.size;
        ++slices;
      }
      CHECK(slices >= 5);
      for (offset_t i = 0; i < static_cast<offset_t>(seen.size()); ++i)
        REQUIRE(seen[static_cast<size_t>(i)] == i);
    }
  }
}

TEST_CASE("log_range: nothing at or beyond the limit is in it") {
  range_fixture x;
  auto first = x.read(0, batch_bytes(), 50);
  REQUIRE(first.ahead != nullptr);
  CHECK(first.ahead->position_end <= 50 * batch_bytes());
  CHECK(first.ahead->position_end >= 45 * batch_bytes());
}

TEST_CASE("log_range: there is none when little is left") {
  range_fixture x;
  CHECK(x.read(batches - 1, batch_bytes()).ahead == nullptr);
  CHECK(x.read(batches - 3, 2 * batch_bytes()).ahead == nullptr);
  CHECK(x.read(0, 1000 * batch_bytes()).ahead == nullptr);
  CHECK(x.read(batches - 50, batch_bytes()).ahead != nullptr);
}

TEST_CASE("log_range: its memory is bounded") {
  range_fixture x(0);
  for (int i = 0; i < 400; ++i)
    x.append(1, record_bytes);
  auto first = x.read(0, batch_bytes(), x->end_offset());
  REQUIRE(first.ahead != nullptr);
  CHECK(first.ahead->position_end - first.ahead->position_begin
        <= log_range::bytes_max);
  CHECK(first.ahead->boundaries.size()
        <= log_range::bytes_max / log_range::boundary_distance_bytes + 1);
}

TEST_CASE("log_range: other offsets than the one at the place are refused") {
  range_fixture x;
  auto first = x.read(0, batch_bytes());
  REQUIRE(first.ahead != nullptr);
  auto& range = *first.ahead;
  auto begin = range.position_begin;
  for (offset_t from : {0, 2, 3, 100})
    CHECK_FALSE(read_range(range, from, begin, batch_bytes()));
  CHECK(read_range(range, 1, begin, batch_bytes()));
  CHECK_FALSE(read_range(range, 1, begin - 1, batch_bytes()));
  CHECK_FALSE(read_range(range, 1, begin, UINT32_MAX));
  CHECK_FALSE(read_range(range, 1, range.position_end, batch_bytes()));
}

TEST_CASE("log_range: the first batch comes whole") {
  range_fixture x;
  auto first = x.read(0, batch_bytes());
  REQUIRE(first.ahead != nullptr);
  auto found = read_range(*first.ahead, 1, first.ahead->position_begin, 1);
  REQUIRE(found);
  CHECK(x.bases_of(*found) == offsets{1});
}

TEST_CASE("log_range: what is not in memory is left to the log") {
  range_fixture x;
  auto first = x.read(0, batch_bytes());
  REQUIRE(first.ahead != nullptr);
  x.fs.set_cold(true);
  CHECK_FALSE(
      read_range(*first.ahead, 1, first.ahead->position_begin, batch_bytes()));
}

TEST_CASE("log_range: it keeps no file open") {
  range_fixture x;
  std::shared_ptr<const log_range> range;
  {
    auto first = x.read(0, batch_bytes());
    range = first.ahead;
  }
  REQUIRE(range != nullptr);
  REQUIRE(read_range(*range, 1, range->position_begin, batch_bytes()));
  x.log_.reset();
  CHECK(range->source.expired());
  CHECK_FALSE(read_range(*range, 1, range->position_begin, batch_bytes()));
}

} // namespace troupe::storage::test
