// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/queue_chaos.h>
#include <troupe/cluster/queue_kind.h>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace troupe::cluster;
using namespace troupe::cluster::test;
using enum delivery_verdict;

namespace {

using what = queue_step::kind;
using steps = std::vector<queue_step>;

constexpr int32_t partition = 0;

/// Tries three times, a second each; pauses of 10, 20, 40... at most 30 ms.
queue_config config() {
  queue_config x;
  x.visibility_ms = 1'000;
  x.backoff_ms = 10;
  x.backoff_max_ms = 30;
  x.tries_max = 3;
  x.window = 2;
  return x;
}

queue_step delivery(offset_t offset, int32_t attempt = 1) {
  return {what::deliver, offset, attempt, {}};
}

/// A queue of `count` records that was told of nothing else.
queue_kind fresh(offset_t count) {
  queue_kind x{config(), partition, {}};
  x.scanned(0, 0);
  for (offset_t i = 0; i < count; ++i)
    x.take(i);
  return x;
}

acknowledgement
say(delivery_verdict verdict, offset_t offset, int32_t attempt = 1) {
  return {{partition, offset, attempt}, verdict};
}

/// One record delivered at `base` at time 0 and consumed then.
queue_kind delivered_one() {
  auto x = fresh(1);
  CHECK(x.decide(0, 10) == steps{delivery(0)});
  x.appended(0, 0);
  x.consumed(1, 0);
  return x;
}

} // namespace

TEST_CASE("queue kind: a window of records is delivered, in order") {
  auto x = fresh(3);
  CHECK(x.decide(0, 10) == steps{delivery(0), delivery(1)});
  CHECK(x.decide(0, 10).empty());
  x.appended(0, 0);
  CHECK(x.decide(0, 10).empty());
  CHECK(x.acknowledged(say(accept, 1), 0));
  CHECK(x.decide(0, 10) == steps{delivery(2)});
  x.appended(2, 0);
  // The first one is not finished.
  CHECK(x.position() == mover_position{0, 0, 0});
  CHECK(x.acknowledged(say(accept, 0), 0));
  CHECK(x.position().inbox == 2);
}

TEST_CASE("queue kind: no more steps than asked for") {
  auto x = fresh(2);
  CHECK(x.decide(0, 1) == steps{delivery(0)});
  x.appended(0, 0);
  CHECK(x.decide(0, 1) == steps{delivery(1)});
}

TEST_CASE("queue kind: the time to acknowledge begins with a consumer") {
  auto x = fresh(1);
  x.decide(0, 10);
  x.appended(0, 0);
  CHECK(x.next_wake() == std::nullopt);
  CHECK(x.awaits_consumers());
  CHECK(x.decide(1'000'000, 10).empty());
  x.consumed(1, 1'000'000);
  CHECK(x.next_wake() == 1'001'000);
  CHECK_FALSE(x.awaits_consumers());
}

TEST_CASE("queue kind: a consumer may be quicker than the append's answer") {
  auto x = fresh(1);
  x.decide(0, 10);
  x.consumed(1, 5);
  x.appended(0, 6);
  CHECK(x.next_wake() == 1'006);
}

TEST_CASE("queue kind: what is not acknowledged comes again, ever later") {
  auto x = delivered_one();
  CHECK(x.decide(999, 10).empty());
  CHECK(x.decide(1'000, 10).empty());
  CHECK(x.next_wake() == 1'010);
  CHECK(x.decide(1'010, 10) == steps{delivery(0, 2)});
  x.appended(1, 1'010);
  x.consumed(2, 2'000);
  CHECK(x.decide(3'019, 10).empty());
  CHECK(x.decide(3'020, 10) == steps{delivery(0, 3)});
}

TEST_CASE("queue kind: after its last try a record is a dead letter") {
  auto x = delivered_one();
  for (int32_t attempt = 2; attempt <= 3; ++attempt) {
    CHECK(x.decide(attempt * 10'000, 10) == steps{delivery(0, attempt)});
    x.appended(attempt - 1, 0);
    x.consumed(attempt, attempt * 10'000);
  }
  auto last = x.decide(40'000, 10);
  REQUIRE(last.size() == 1);
  CHECK(last[0].what == what::bury);
  CHECK(last[0].attempt == 3);
  CHECK(last[0].reason.find("last try") != std::string_view::npos);
  CHECK(x.decide(90'000, 10).empty());
  CHECK(x.position().inbox == 0);
  CHECK(x.acknowledged(say(accept, 0, 3), 0));
  CHECK(x.position().inbox == 1);
}

TEST_CASE("queue kind: a released record comes again after its pause") {
  auto x = delivered_one();
  CHECK(x.acknowledged(say(release, 0), 100));
  CHECK_FALSE(x.acknowledged(say(release, 0), 105));
  CHECK(x.decide(109, 10).empty());
  CHECK(x.decide(110, 10) == steps{delivery(0, 2)});
  x.appended(1, 110);
  // The first delivery was given back, not this one.
  CHECK_FALSE(x.acknowledged(say(release, 0, 1), 120));
  CHECK(x.acknowledged(say(release, 0, 2), 120));
}

TEST_CASE("queue kind: a rejected record is a dead letter at once") {
  auto x = delivered_one();
  CHECK(x.acknowledged(say(reject, 0), 100));
  CHECK_FALSE(x.acknowledged(say(reject, 0), 100));
  auto last = x.decide(100, 10);
  REQUIRE(last.size() == 1);
  CHECK(last[0].what == what::bury);
  CHECK(last[0].reason.find("rejected") != std::string_view::npos);
}

TEST_CASE("queue kind: an acceptance counts for whichever delivery it is") {
  auto x = delivered_one();
  CHECK(x.decide(5'000, 10) == steps{delivery(0, 2)});
  CHECK(x.acknowledged(say(accept, 0, 1), 5'000));
  x.appended(1, 5'000);
  x.consumed(2, 5'000);
  CHECK(x.in_flight() == 0);
  CHECK(x.next_wake() == std::nullopt);
  CHECK_FALSE(x.acknowledged(say(accept, 0, 2), 5'000));
}

TEST_CASE("queue kind: what concerns no delivery of its own is ignored") {
  auto x = fresh(2);
  x.decide(0, 1);
  x.appended(0, 0);
  auto elsewhere = say(accept, 0);
  elsewhere.id.partition = 1;
  CHECK_FALSE(x.acknowledged(elsewhere, 0));
  CHECK_FALSE(x.acknowledged(say(accept, 1), 0));
  CHECK_FALSE(x.acknowledged(say(reject, 7), 0));
  CHECK(x.in_flight() == 1);
  CHECK(x.fresh() == 1);
}

TEST_CASE("queue kind: after a crash acknowledgements are not forgotten") {
  queue_kind x{config(), partition, {10, 100, 7}};
  x.acknowledged(say(accept, 11), 0);
  x.acknowledged(say(reject, 12), 0);
  x.acknowledged(say(release, 13, 2), 0);
  // Of a delivery that the topic's log lost: it will be delivered again.
  x.acknowledged(say(accept, 14), 0);
  for (offset_t i = 10; i < 14; ++i)
    x.found({partition, i, 1}, 90 + i);
  x.found({partition, 13, 2}, 104);
  x.scanned(105, 0);
  for (offset_t i = 10; i < 15; ++i)
    x.take(i);
  CHECK(x.in_flight() == 3);
  CHECK(x.fresh() == 1);
  auto first = x.decide(0, 10);
  REQUIRE(first.size() == 1);
  CHECK(first[0].what == what::bury);
  CHECK(first[0].offset == 12);
  CHECK(x.decide(20, 10) == steps{delivery(13, 3)});
  CHECK(x.position() == mover_position{10, 100, 7});
}

TEST_CASE("queue kind: what is accepted before it is read is not delivered") {
  queue_kind x{config(), partition, {}};
  x.found({partition, 1, 1}, 0);
  x.scanned(1, 0);
  CHECK(x.acknowledged(say(accept, 1), 0));
  for (offset_t i = 0; i < 3; ++i)
    x.take(i);
  CHECK(x.decide(0, 10) == steps{delivery(0), delivery(2)});
}

TEST_CASE("queue kind: with a full memory it reads no further") {
  auto settings = config();
  settings.pending_max = 2;
  queue_kind x{settings, partition, {}};
  CHECK_FALSE(x.wants_more());
  x.scanned(0, 0);
  x.take(0);
  x.take(1);
  CHECK_FALSE(x.wants_more());
  x.decide(0, 10);
  CHECK_FALSE(x.wants_more());
  x.acknowledged(say(accept, 0), 0);
  CHECK(x.wants_more());
}

TEST_CASE("queue kind: no history of crashes differs from the plain model") {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    queue_chaos chaos{seed};
    for (int i = 0; i < 400; ++i)
      chaos.step();
    chaos.heal();
  }
}
