// SPDX-License-Identifier: Apache-2.0
#include "storage/src/big_endian.h"
#include "tests/storage/producer_batches.h"

#include <doctest/doctest.h>

#include <limits>
#include <span>
#include <utility>

using namespace troupe::storage;
using namespace troupe::storage::test;
using verdict = producer_table::verdict;

TEST_CASE("producer table: encode and decode keep everything, idleness too") {
  auto table = ten_batches();
  append(table, {.id = 7, .epoch = 4, .sequence = 3, .offset = 200});
  append(table, {.id = 1, .sequence = 20, .offset = 201});
  auto bytes = table.encode();
  auto back = producer_table::decode(bytes);
  REQUIRE(back);
  CHECK(back->encode() == bytes);
  auto again = back->check(batch_of{.sequence = 18, .records = 2}.header());
  REQUIRE(again);
  CHECK(again->what == verdict::duplicate);
  CHECK(again->base_offset == 118);
  back->set_bound(1);
  CHECK(back->active().front().id == 1);
  // A moved table still works.
  auto moved = std::move(*back);
  append(moved, {.sequence = 21, .offset = 202});
  append(moved, {.id = 8, .offset = 203});
  CHECK(moved.size() == 1);
}

TEST_CASE("producer table: an empty table has bytes too") {
  auto back = producer_table::decode(producer_table{}.encode());
  REQUIRE(back);
  CHECK(back->empty());
}

TEST_CASE("producer table: a version of the future is told from damage") {
  auto bytes = ten_batches().encode();
  store_big_endian(bytes.data(), int16_t{2});
  auto back = producer_table::decode(bytes);
  REQUIRE_FALSE(back);
  CHECK(back.error().code == errc::unsupported_format);
}

TEST_CASE("producer table: damaged bytes are refused") {
  auto table = ten_batches();
  append(table, {.id = 2});
  auto bytes = table.encode();
  auto is_refused = [](std::span<const std::byte> x) {
    auto back = producer_table::decode(x);
    return !back && back.error().code == errc::corrupt_log;
  };
  for (size_t size = 0; size < bytes.size(); ++size)
    CHECK(is_refused(std::span{bytes}.first(size)));
  auto longer = bytes;
  longer.push_back(std::byte{0});
  CHECK(is_refused(longer));
  auto with = [&](size_t at, auto value) {
    auto other = bytes;
    store_big_endian(other.data() + at, value);
    return other;
  };
  CHECK(is_refused(with(2, std::numeric_limits<int32_t>::max())));
  CHECK(is_refused(with(2, int32_t{-1})));
  CHECK(is_refused(with(6, int64_t{-1})));
  CHECK(is_refused(with(24, uint8_t{6})));
  // First batch: base offset, delta, sequence.
  CHECK(is_refused(with(25, std::numeric_limits<int64_t>::max())));
  CHECK(is_refused(with(25, int64_t{-1})));
  CHECK(is_refused(with(41, int32_t{-1})));
  CHECK(is_refused(with(45, int32_t{-1})));
  // Producer 2 follows the five batches of producer 1; the same id twice.
  CHECK(is_refused(with(25 + 5 * 24, int64_t{1})));
}
