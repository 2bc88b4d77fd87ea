// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/ranked_chaos.h>
#include <troupe/cluster/delayed_kind.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

using offsets = std::vector<offset_t>;

inbox_record delayed_by(timestamp_ms sent, int64_t delay) {
  return {sent, delay_header, std::to_string(delay)};
}

struct delayed_rules {
  using core = delayed_kind;

  explicit delayed_rules(std::mt19937_64& random) {
    config.pending_max = random() % 2 == 0 ? 5 : 1'000;
    config.delay_max_ms = 200;
  }

  core make(const mover_position& from, offset_t inbox_end) const {
    return {config, from, inbox_end};
  }
  inbox_record produce(std::mt19937_64& random, timestamp_ms now) const {
    auto sent = now - static_cast<int64_t>(random() % 30);
    return delayed_by(sent, static_cast<int64_t>(random() % 250) - 10);
  }
  int64_t rank(offset_t, const inbox_record& x) const {
    return x.timestamp + std::clamp<int64_t>(std::stoll(x.value), 0, 200);
  }
  offsets release(core& x, timestamp_ms now, size_t count_max) const {
    return x.release(now, count_max);
  }
  template <class Ranks>
  size_t allowed(const Ranks& ranks, timestamp_ms now, offset_t) const {
    size_t count = 0;
    for (const auto& [due, offset] : ranks)
      count += due <= now ? 1 : 0;
    return count;
  }
  void step(core& x, std::mt19937_64&, offset_t) const {
    if (auto wake = x.next_wake()) {
      CHECK(x.release(*wake - 1, 1).empty());
      CHECK(x.pending() > 0);
    }
  }
  void consume_all(core&, offset_t) const {}

  delayed_config config;
};

/// A kind that begins with nothing, told of `records` from offset 0 on.
delayed_kind fresh(const std::vector<inbox_record>& records) {
  delayed_kind x{{}, {}, 0};
  x.scanned(0);
  for (const auto& record : records)
    x.take(record.view(x.read_end()));
  return x;
}

} // namespace

TEST_CASE("delayed kind: a record is moved when it is due, not before") {
  auto x = fresh({delayed_by(100, 50)});
  CHECK(x.next_wake() == 150);
  CHECK(x.release(149, 10).empty());
  CHECK(x.release(150, 10) == offsets{0});
  // One batch is under way.
  CHECK(x.release(150, 10).empty());
  CHECK(x.next_wake() == std::nullopt);
  x.appended(0);
  CHECK(x.release(1'000, 10).empty());
  CHECK(x.position() == mover_position{1, 1, 0});
}

TEST_CASE("delayed kind: what is due goes by due time, then by offset") {
  auto x = fresh({delayed_by(100, 50), delayed_by(100, 20), delayed_by(90, 60),
                  delayed_by(100, 0), delayed_by(100, 90)});
  CHECK(x.release(160, 3) == offsets{3, 1, 0});
  x.appended(0);
  CHECK(x.release(160, 3) == offsets{2});
  x.appended(3);
  CHECK(x.next_wake() == 190);
  // Only the last one is needed again.
  CHECK(x.position().inbox == 4);
}

TEST_CASE("delayed kind: after a crash nothing goes before all is ranked") {
  delayed_kind x{{}, {}, 2};
  x.scanned(0);
  x.take(delayed_by(100, 50).view(0));
  CHECK(x.next_wake() == std::nullopt);
  CHECK(x.release(1'000, 10).empty());
  x.take(delayed_by(100, 20).view(1));
  CHECK(x.release(1'000, 10) == offsets{1, 0});
}

TEST_CASE("delayed kind: with a full memory it goes on with what it has") {
  delayed_config config;
  config.pending_max = 2;
  delayed_kind x{config, {}, 3};
  x.scanned(0);
  x.take(delayed_by(100, 50).view(0));
  CHECK(x.wants_more());
  x.take(delayed_by(100, 90).view(1));
  CHECK_FALSE(x.wants_more());
  CHECK(x.release(150, 10) == offsets{0});
  CHECK(x.wants_more());
}

TEST_CASE("delayed kind: the tail of the topic tells what was moved") {
  delayed_kind x{{}, {10, 5, 0}, 13};
  x.found(11);
  // Below the position: finished, whatever the tail holds of it.
  x.found(3);
  x.scanned(7);
  for (auto i = x.read_end(); i < 13; ++i)
    x.take(delayed_by(100, 0).view(i));
  CHECK(x.position() == mover_position{10, 5, 0});
  CHECK(x.release(100, 10) == offsets{10, 12});
  CHECK(x.position() == mover_position{10, 5, 0});
  x.appended(7);
  CHECK(x.position().inbox == 13);
}

TEST_CASE("delayed kind: a position never asks for the topic from its start") {
  delayed_kind x{{}, {}, 0};
  x.scanned(0);
  offset_t moved = 0;
  // Two records wait for long, all others go at once.
  x.take(delayed_by(0, 500'000).view(0));
  for (offset_t i = 1; i < 10'000; ++i) {
    x.take(delayed_by(i, i == 9'500 ? 400'000'000 : 0).view(i));
    if (!x.release(i, 10).empty())
      x.appended(moved++);
  }
  CHECK(x.position() == mover_position{0, 0, 0});
  CHECK(x.release(500'000, 10) == offsets{0});
  x.appended(moved);
  CHECK(x.position().inbox == 9'500);
  CHECK(x.position().topic > 9'000);
  CHECK(x.position().topic < 9'500);
}

TEST_CASE("delayed kind: no history of crashes loses, doubles or reorders") {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    ranked_chaos<delayed_rules> chaos{seed};
    for (int i = 0; i < 300; ++i)
      chaos.step();
    chaos.heal();
  }
}

TEST_CASE("delayed kind: a million records wait and go in order") {
  constexpr offset_t count = 1'000'000;
  delayed_config config;
  config.pending_max = count;
  delayed_kind x{config, {}, count};
  x.scanned(0);
  for (offset_t i = 0; i < count; ++i)
    x.take(delayed_by(0, i * 7'919 % count).view(i));
  CHECK_FALSE(x.wants_more());
  CHECK(x.pending() == count);
  CHECK(x.pending_bytes() < 64 * count);
  timestamp_ms last = -1;
  for (offset_t moved = 0; moved < 50'000; moved += 10'000) {
    auto batch = x.release(count, 10'000);
    REQUIRE(batch.size() == 10'000);
    bool ordered = true;
    for (auto offset : batch) {
      auto due = offset * 7'919 % count;
      ordered = ordered && due == last + 1;
      last = due;
    }
    CHECK(ordered);
    x.appended(moved);
  }
  CHECK(last == 49'999);
}
