// SPDX-License-Identifier: Apache-2.0
#include "producer_copies.h"

#include <doctest/doctest.h>

namespace troupe::storage::test {

namespace {

producer_table table_of(producer_id_t id) {
  batch_header x;
  x.producer_id = id;
  x.producer_epoch = 0;
  x.base_sequence = 0;
  x.base_offset = 0;
  producer_table table;
  table.update(x);
  return table;
}

producer_id_t id_in(const producer_copies::copy& x) {
  auto table = decode_if_any(x.table);
  REQUIRE(table);
  auto known = table->active();
  return known.empty() ? no_producer_id : known.front().id;
}

} // namespace

TEST_CASE("producer copies: the newest one at or below an end is found") {
  producer_copies copies;
  CHECK(copies.newest_at(100) == nullptr);
  copies.keep(10, table_of(1));
  copies.keep(20, table_of(2));
  CHECK(copies.newest_at(9) == nullptr);
  for (offset_t end = 10; end < 30; ++end) {
    CAPTURE(end);
    auto* found = copies.newest_at(end);
    REQUIRE(found != nullptr);
    CHECK(found->end == (end < 20 ? 10 : 20));
    CHECK(id_in(*found) == (end < 20 ? 1 : 2));
  }
}

TEST_CASE("producer copies: the oldest one makes room") {
  producer_copies copies;
  constexpr auto max = static_cast<offset_t>(producer_copies::copies_max);
  for (offset_t end = 0; end <= max; ++end)
    copies.keep(end, table_of(end));
  CHECK(copies.newest_at(0) == nullptr);
  for (offset_t end = 1; end <= max; ++end)
    CHECK(id_in(*copies.newest_at(end)) == end);
}

TEST_CASE("producer copies: the same end is kept once, as it was last") {
  producer_copies copies;
  copies.keep(1, table_of(1));
  for (int i = 0; i < 10; ++i)
    copies.keep(2, table_of(i));
  CHECK(id_in(*copies.newest_at(1)) == 1);
  CHECK(id_in(*copies.newest_at(2)) == 9);
}

TEST_CASE("producer copies: a cut drops what tells of more") {
  producer_copies copies;
  copies.keep(10, producer_table{});
  copies.keep(20, table_of(2));
  copies.truncate_to(20);
  CHECK(copies.newest_at(25)->end == 20);
  copies.truncate_to(19);
  CHECK(copies.newest_at(25)->end == 10);
  CHECK(copies.newest_at(25)->table.empty());
  copies.keep(15, table_of(3));
  CHECK(id_in(*copies.newest_at(25)) == 3);
  copies.clear();
  CHECK(copies.newest_at(25) == nullptr);
}

} // namespace troupe::storage::test
