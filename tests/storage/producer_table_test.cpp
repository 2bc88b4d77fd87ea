// SPDX-License-Identifier: Apache-2.0
#include "tests/storage/producer_batches.h"

#include <doctest/doctest.h>

#include <limits>

using namespace troupe::storage;
using namespace troupe::storage::test;
using verdict = producer_table::verdict;

TEST_CASE(
    "producer table: batches without a producer are none of its business") {
  producer_table table;
  CHECK(accepts(table, {.id = -1, .epoch = -1, .sequence = -1}));
  table.update(batch_of{.id = -1, .epoch = -1, .sequence = -1}.header());
  CHECK(table.empty());
}

TEST_CASE("producer table: an unknown producer may begin anywhere") {
  producer_table table;
  CHECK(accepts(table, {.sequence = 0}));
  CHECK(accepts(table, {.epoch = 7, .sequence = 12345}));
  CHECK(accepts(table, {.sequence = sequence_max}));
}

TEST_CASE(
    "producer table: the next sequence continues, all others leave a gap") {
  producer_table table;
  append(table, {.sequence = 5, .records = 3});
  CHECK(accepts(table, {.sequence = 8}));
  for (int32_t sequence : {0, 4, 6, 7, 9, sequence_max})
    CHECK(refusal(table, {.sequence = sequence})
          == errc::out_of_order_sequence);
  // Same beginning, other end: not the same batch.
  CHECK(refusal(table, {.sequence = 5, .records = 2})
        == errc::out_of_order_sequence);
  CHECK(refusal(table, {.sequence = 5, .records = 4})
        == errc::out_of_order_sequence);
}

TEST_CASE("producer table: the last five batches are recognised again") {
  auto table = ten_batches();
  for (int i = 5; i < 10; ++i) {
    auto again =
        table.check(batch_of{.sequence = 2 * i, .records = 2}.header());
    REQUIRE(again);
    CHECK(again->what == verdict::duplicate);
    CHECK(again->base_offset == 100 + 2 * i);
    CHECK(again->next_offset == 102 + 2 * i);
  }
  CHECK(refusal(table, {.sequence = 8, .records = 2})
        == errc::out_of_order_sequence);
  CHECK(accepts(table, {.sequence = 20, .records = 2}));
}

TEST_CASE("producer table: producers do not disturb each other") {
  producer_table table;
  append(table, {.id = 1, .sequence = 0});
  append(table, {.id = 2, .sequence = 0, .records = 10});
  CHECK(accepts(table, {.id = 1, .sequence = 1}));
  CHECK(accepts(table, {.id = 2, .sequence = 10}));
  CHECK(refusal(table, {.id = 2, .sequence = 1})
        == errc::out_of_order_sequence);
}

TEST_CASE("producer table: sequences wrap after 2147483647") {
  producer_table table;
  append(table, {.sequence = sequence_max - 1, .records = 2, .offset = 10});
  CHECK(refusal(table, {.sequence = 1}) == errc::out_of_order_sequence);
  append(table, {.sequence = 0, .offset = 12});
  CHECK(accepts(table, {.sequence = 1}));

  producer_table across;
  append(across, {.sequence = sequence_max, .records = 3, .offset = 10});
  auto again =
      across.check(batch_of{.sequence = sequence_max, .records = 3}.header());
  REQUIRE(again);
  CHECK(again->what == verdict::duplicate);
  CHECK(again->next_offset == 13);
  CHECK(accepts(across, {.sequence = 2}));
  CHECK(across.active().front().last_sequence == 1);
}

TEST_CASE("producer table: an older epoch is fenced") {
  producer_table table;
  append(table, {.epoch = 3, .sequence = 0});
  CHECK(refusal(table, {.epoch = 2, .sequence = 1})
        == errc::invalid_producer_epoch);
  // Also for what would be a duplicate, were it not for the epoch.
  CHECK(refusal(table, {.epoch = 2, .sequence = 0})
        == errc::invalid_producer_epoch);
}

TEST_CASE("producer table: a new epoch begins at 0 and forgets the old one") {
  auto table = ten_batches();
  CHECK(refusal(table, {.epoch = 1, .sequence = 20})
        == errc::out_of_order_sequence);
  append(table, {.epoch = 1, .sequence = 0, .records = 2, .offset = 120});
  CHECK(refusal(table, {.epoch = 0, .sequence = 18, .records = 2})
        == errc::invalid_producer_epoch);
  CHECK(refusal(table, {.epoch = 1, .sequence = 18, .records = 2})
        == errc::out_of_order_sequence);
  CHECK(accepts(table, {.epoch = 1, .sequence = 2}));
}

TEST_CASE("producer table: markers raise the epoch without a sequence") {
  auto table = ten_batches();
  auto marker = batch_of{.epoch = 1, .sequence = -1, .offset = 120}.header();
  marker.attributes = 0x30;
  CHECK(table.check(marker));
  table.update(marker);
  CHECK(refusal(table, {.epoch = 0, .sequence = 20})
        == errc::invalid_producer_epoch);
  CHECK(refusal(table, {.epoch = 1, .sequence = 20})
        == errc::out_of_order_sequence);
  CHECK(accepts(table, {.epoch = 1, .sequence = 0}));
  CHECK(table.active().front().last_sequence == -1);
  marker.producer_epoch = 0;
  auto late = table.check(marker);
  REQUIRE_FALSE(late);
  CHECK(late.error().code == errc::invalid_producer_epoch);
}

TEST_CASE("producer table: a marker of the same epoch keeps the batches") {
  auto table = ten_batches();
  auto marker = batch_of{.sequence = -1, .offset = 120}.header();
  marker.attributes = 0x30;
  table.update(marker);
  CHECK(accepts(table, {.sequence = 20}));
}

TEST_CASE("producer table: idle producers expire") {
  producer_table table;
  append(table, {.id = 1, .timestamp = 1000});
  append(table, {.id = 2, .timestamp = 2000});
  table.expire(1999, 1000);
  CHECK(table.size() == 2);
  table.expire(2000, 1000);
  CHECK(table.size() == 1);
  CHECK(table.active().front().id == 2);
  CHECK(accepts(table, {.id = 1, .sequence = 99}));
  table.expire(2000, std::numeric_limits<int64_t>::max());
  CHECK(table.size() == 1);
  table.expire(3000, 1000);
  CHECK(table.empty());
}

TEST_CASE("producer table: expiry looks at time, not at order") {
  producer_table table;
  append(table, {.id = 1, .timestamp = 5000});
  append(table, {.id = 2, .timestamp = 10});
  append(table, {.id = 3, .timestamp = 5000});
  table.expire(5000, 1000);
  CHECK(table.size() == 2);
  append(table, {.id = 1, .sequence = 1, .timestamp = 5001});
  CHECK(table.size() == 2);
}

TEST_CASE("producer table: beyond its bound the idlest producer goes") {
  producer_table table;
  table.set_bound(3);
  for (producer_id_t id : {1, 2, 3})
    append(table, {.id = id});
  append(table, {.id = 1, .sequence = 1});
  append(table, {.id = 4});
  CHECK(table.size() == 3);
  CHECK(accepts(table, {.id = 2, .sequence = 77}));
  CHECK(accepts(table, {.id = 1, .sequence = 2}));
  CHECK(refusal(table, {.id = 3, .sequence = 77})
        == errc::out_of_order_sequence);
  table.set_bound(1);
  CHECK(table.size() == 1);
  CHECK(table.active().front().id == 4);
  table.set_bound(-5);
  CHECK(table.empty());
  table.update(batch_of{}.header());
  CHECK(table.empty());
}

TEST_CASE("producer table: what is active, by id") {
  producer_table table;
  append(table, {.id = 9, .epoch = 2, .sequence = 4, .timestamp = 50});
  append(table, {.id = 3, .sequence = 0, .records = 8, .timestamp = 60});
  auto all = table.active();
  REQUIRE(all.size() == 2);
  CHECK(all[0].id == 3);
  CHECK(all[0].epoch == 0);
  CHECK(all[0].last_sequence == 7);
  CHECK(all[0].last_timestamp == 60);
  CHECK(all[1].id == 9);
  CHECK(all[1].epoch == 2);
  table.clear();
  CHECK(table.active().empty());
  CHECK(accepts(table, {.id = 9, .epoch = 0, .sequence = 1}));
}

TEST_CASE("producer table: a hundred thousand producers are kept, no more") {
  producer_table table;
  for (producer_id_t id = 0; id < 100010; ++id)
    table.update(batch_of{.id = id}.header());
  CHECK(table.size() == 100000);
  CHECK(table.active().front().id == 10);
}
