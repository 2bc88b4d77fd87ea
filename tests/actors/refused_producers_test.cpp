// SPDX-License-Identifier: Apache-2.0
#include "actor_fixture.h"
#include "partition_core_fixture.h"
#include "refused_producers.h"

#include <tests/storage/log_fixture.h>

#include <limits>

using namespace troupe;
using namespace troupe::actors;
using storage::batch_header;
using storage::test::log_fixture;

namespace {

batch_header batch(storage::producer_id_t id, int32_t sequence,
                   storage::producer_epoch_t epoch = 0) {
  batch_header x;
  x.producer_id = id;
  x.producer_epoch = epoch;
  x.base_sequence = sequence;
  return x;
}

const problem full{storage::error{storage::errc::disk_full, "no room"}};

} // namespace

TEST_CASE("refused producers: what follows a refused batch is refused too, "
          "until that one is tried again") {
  refused_producers x;
  CHECK(x.empty());
  x.note(batch(7, 10), full, 0);
  CHECK(is(x.judge(batch(7, 13), 1), storage::errc::disk_full));
  // One that came before, perhaps a second time.
  CHECK(x.judge(batch(7, 5), 2).ok());
  CHECK(is(x.judge(batch(7, 13), 3), storage::errc::disk_full));
  CHECK(x.judge(batch(8, 13), 4).ok());
  CHECK(x.judge(batch(7, 10), 5).ok());
  CHECK(x.judge(batch(7, 13), 6).ok());
  CHECK(x.empty());
}

TEST_CASE("refused producers: a new epoch counts anew") {
  refused_producers x;
  x.note(batch(7, 10), full, 0);
  CHECK(x.judge(batch(7, 13, 1), 1).ok());
  CHECK(x.empty());
}

TEST_CASE("refused producers: sequences wrap") {
  refused_producers x;
  auto last = std::numeric_limits<int32_t>::max();
  x.note(batch(7, last), full, 0);
  CHECK(is(x.judge(batch(7, 0), 1), storage::errc::disk_full));
  x.clear();
  x.note(batch(7, 0), full, 0);
  CHECK(x.judge(batch(7, last), 1).ok());
}

TEST_CASE("refused producers: a refusal is forgotten after its time") {
  refused_producers x;
  x.note(batch(7, 10), full, 0);
  CHECK_FALSE(x.judge(batch(7, 13), refusal_kept_ms).ok());
  CHECK(x.judge(batch(7, 13), refusal_kept_ms + 1).ok());
}

TEST_CASE("refused producers: they are bounded, and the old ones go first") {
  refused_producers x;
  auto count = static_cast<int64_t>(refused_producers_max);
  for (int64_t id = 0; id < count; ++id)
    x.note(batch(id, 10), full, 0);
  x.note(batch(count, 10), full, 1);
  CHECK(x.judge(batch(count, 13), 1).ok());
  // Who is known is kept up to date.
  x.note(batch(0, 20), full, 1);
  CHECK(x.judge(batch(0, 13), 1).ok());
  CHECK_FALSE(x.judge(batch(0, 23), 1).ok());
  x.note(batch(count, 10), full, refusal_kept_ms + 1);
  CHECK_FALSE(x.judge(batch(count, 13), refusal_kept_ms + 1).ok());
}

TEST_CASE("refused producers: a batch without a producer is never noted") {
  refused_producers x;
  x.note(batch(storage::no_producer_id, -1), full, 0);
  CHECK(x.empty());
}

TEST_CASE("partition core: batches in flight are refused as the one before "
          "them, and taken in order later") {
  log_fixture store;
  store.open();
  auto core = alone(std::move(store.log_), 0);
  int64_t now = 0;
  auto append = [&](int32_t sequence) {
    return core
        .append(log_fixture::batch(1, 100, 1, 7, sequence), 1, {1, ++now})
        .why;
  };
  // Also when nothing is known of the producer.
  auto first = int32_t{0};
  SUBCASE("of a known producer") {
    REQUIRE(append(0).ok());
    first = 1;
  }
  SUBCASE("of an unknown producer") {}
  store.fs.set_space(store.fs.used_bytes());
  CHECK(is(append(first), storage::errc::disk_full));
  store.fs.set_space(std::nullopt);
  CHECK(is(append(first + 1), storage::errc::disk_full));
  CHECK(append(first).ok());
  CHECK(append(first + 1).ok());
  CHECK(is(append(first + 3), storage::errc::out_of_order_sequence));
  CHECK(core.log().end_offset() == first + 2);
}

TEST_CASE("partition core: a late copy that is refused holds nothing up") {
  log_fixture store;
  store.open();
  auto core = alone(std::move(store.log_), 0);
  auto append = [&](int32_t sequence) {
    return core.append(log_fixture::batch(1, 100, 1, 7, sequence), -1, {1, 1})
        .why;
  };
  REQUIRE(append(0).ok());
  REQUIRE(append(1).ok());
  core.reconfigure({}, 2);
  CHECK(is(append(1), errc::not_enough_replicas));
  core.reconfigure({}, 1);
  CHECK(append(2).ok());
}

TEST_CASE("partition core: a reign ends with what it refused") {
  log_fixture store;
  store.open();
  auto core = alone(std::move(store.log_), 0);
  auto append = [&](int32_t sequence) {
    return core.append(log_fixture::batch(1, 100, 1, 7, sequence), 1, {1, 1})
        .why;
  };
  REQUIRE(append(0).ok());
  store.fs.set_space(store.fs.used_bytes());
  CHECK(is(append(1), storage::errc::disk_full));
  store.fs.set_space(std::nullopt);
  REQUIRE(core.become_leader(lone_registration(1), {1, 1}));
  CHECK(is(append(2), storage::errc::out_of_order_sequence));
}
