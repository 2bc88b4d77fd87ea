// SPDX-License-Identifier: Apache-2.0
#include "actor_fixture.h"
#include "consumer_core.h"

#include <chrono>
#include <set>
#include <string>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

const storage::topic_partition first{"orders", 0};
const storage::topic_partition second{"orders", 1};

consumer_options quick() {
  consumer_options x;
  x.retry_backoff = 10ms;
  return x;
}

struct core_fixture {
  /// Offsets 10 to 20, of which 18 and 19 are not shown yet.
  static partition_description description() {
    partition_description x;
    x.log_start_offset = 10;
    x.high_watermark = 18;
    x.end_offset = 20;
    return x;
  }

  subscribed
  subscribe(const storage::topic_partition& what, storage::offset_t from) {
    auto why = core.subscribe(what, {}, from);
    if (!why.ok())
      return {std::move(why)};
    return core.place(what, description(), now_ms);
  }

  consumer_options options = quick();
  consumer_core core{options};
  int64_t now_ms = 0;
};

problem gone() {
  return storage::error{storage::errc::offset_out_of_range, "gone"};
}

} // namespace

TEST_CASE_FIXTURE(core_fixture,
                  "consumer_core: a subscription begins where it is told") {
  CHECK(subscribe({"a", 0}, from_earliest).position == 10);
  CHECK(subscribe({"a", 1}, from_latest).position == 18);
  for (storage::offset_t inside : {10, 15, 20})
    CHECK(subscribe({"b", static_cast<int32_t>(inside)}, inside).position
          == inside);
  for (storage::offset_t outside : {0, 9, 21})
    CHECK(is(subscribe({"c", 0}, outside).why,
             storage::errc::offset_out_of_range));
  CHECK(is(subscribe({"c", 0}, -3).why, storage::errc::invalid_argument));
  CHECK(is(subscribe({"a", 0}, 10).why, storage::errc::invalid_argument));
}

TEST_CASE("consumer_core: partitions have a bound") {
  consumer_options options;
  options.partitions_max = 1;
  consumer_core core(options);
  CHECK(core.subscribe(first, {}, 10).ok());
  CHECK(is(core.subscribe(second, {}, 10), storage::errc::busy));
  CHECK(core.unsubscribe(first));
  CHECK(core.subscribe(second, {}, 10).ok());
}

TEST_CASE_FIXTURE(core_fixture,
                  "consumer_core: nothing is read without demand, "
                  "and no more than was asked for") {
  subscribe(first, 10);
  subscribe(second, 10);
  CHECK_FALSE(core.next(now_ms));
  core.demand(1);
  auto read = core.next(now_ms);
  REQUIRE(read);
  CHECK(read->from == 10);
  CHECK_FALSE(core.next(now_ms));
  core.found(read->ticket, 12);
  CHECK_FALSE(core.next(now_ms));
  core.demand(2);
  std::set<storage::offset_t> begins;
  for (int i = 0; i < 2; ++i)
    begins.insert(core.next(now_ms)->from);
  CHECK(begins == std::set<storage::offset_t>{10, 12});
}

TEST_CASE_FIXTURE(core_fixture, "consumer_core: partitions take turns") {
  subscribe(first, 10);
  subscribe(second, 10);
  core.demand(4);
  std::string order;
  for (int i = 0; i < 4; ++i) {
    auto read = core.next(now_ms);
    REQUIRE(read);
    order += read->what == first ? 'a' : 'b';
    core.found(read->ticket, read->from + 1);
  }
  CHECK(order == "abab");
}

TEST_CASE_FIXTURE(core_fixture, "consumer_core: a partition without news waits "
                                "for them, and gives its demand to others") {
  subscribe(first, 18);
  core.demand(1);
  auto read = core.next(now_ms);
  core.nothing_there(read->ticket);
  CHECK_FALSE(core.next(now_ms));
  CHECK_FALSE(core.waits_for_time());
  subscribe(second, 10);
  auto other = core.next(now_ms);
  REQUIRE(other);
  CHECK(other->what == second);
  core.nothing_there(other->ticket);
  core.changed(read->ticket);
  auto again = core.next(now_ms);
  REQUIRE(again);
  CHECK(again->what == first);
  CHECK(again->from == 18);
  // What was told before says nothing any more.
  core.changed(read->ticket);
  core.found(again->ticket, 19);
  CHECK_FALSE(core.find(read->ticket));
}

TEST_CASE_FIXTURE(core_fixture,
                  "consumer_core: what may pass is tried again later") {
  subscribe(first, 10);
  core.demand(1);
  auto read = core.next(now_ms);
  CHECK(core.failed(read->ticket, {errc::not_leader, "moving"}, now_ms)
        == consumer_core::failed_read::again);
  CHECK(core.waits_for_time());
  core.tick(9);
  CHECK_FALSE(core.next(now_ms));
  core.tick(10);
  REQUIRE(core.next(now_ms));
}

TEST_CASE_FIXTURE(core_fixture,
                  "consumer_core: a read without answer is given up") {
  subscribe(first, 10);
  core.demand(1);
  auto read = core.next(now_ms);
  core.tick(29'999);
  CHECK(core.find(read->ticket));
  core.tick(30'000);
  CHECK_FALSE(core.find(read->ticket));
  REQUIRE(core.next(30'000));
}

TEST_CASE_FIXTURE(core_fixture, "consumer_core: an offset that is gone ends a "
                                "subscription, or places it again") {
  subscribe(first, 10);
  core.demand(1);
  auto read = core.next(now_ms);
  CHECK(core.failed(read->ticket, gone(), now_ms)
        == consumer_core::failed_read::over);
  auto ended = core.give_up(read->ticket, gone());
  CHECK(ended.what == first);
  CHECK(ended.position == 10);

  options.reset = offset_reset::earliest;
  consumer_core other(options);
  other.subscribe(first, {}, 5);
  auto old = description();
  old.log_start_offset = 5;
  other.place(first, old, now_ms);
  other.demand(1);
  auto lost = other.next(now_ms);
  CHECK(other.failed(lost->ticket, gone(), now_ms)
        == consumer_core::failed_read::place);
  // Refused it is tried once more, for it was subscribed before.
  auto refusal = description();
  refusal.why = {errc::timed_out, "slow"};
  other.place(first, refusal, now_ms);
  other.tick(10);
  auto again = other.next(now_ms);
  REQUIRE(again);
  CHECK(again->from == from_earliest);
}

TEST_CASE_FIXTURE(core_fixture,
                  "consumer_core: the end tells everybody who had begun") {
  subscribe(first, 12);
  core.subscribe(second, {}, 10);
  auto ended = core.end({errc::stopping, "stop"});
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].what == first);
  CHECK(ended[0].position == 12);
}

TEST_CASE_FIXTURE(core_fixture, "consumer_core: who unsubscribes during a read "
                                "keeps the demand") {
  subscribe(first, 10);
  subscribe(second, 10);
  core.demand(1);
  auto read = core.next(now_ms);
  CHECK(core.unsubscribe(read->what));
  CHECK_FALSE(core.find(read->ticket));
  auto other = core.next(now_ms);
  REQUIRE(other);
  CHECK(other->what != read->what);
  CHECK_FALSE(core.unsubscribe(read->what));
}
