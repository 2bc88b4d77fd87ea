// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/ranked_chaos.h>
#include <troupe/cluster/kind_config.h>
#include <troupe/cluster/kind_headers.h>
#include <troupe/cluster/windowed_inbox.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

using offsets = std::vector<offset_t>;

/// As a partition with priorities uses it.
class priority_inbox : public windowed_inbox {
public:
  priority_inbox(const priority_config& config, const mover_position& from,
                 offset_t inbox_end)
      : windowed_inbox({config.window, config.pending_max}, from, inbox_end),
        step_(config.step) {}

  void take(const troupe::storage::record_view& record) {
    windowed_inbox::take(record.offset, priority_rank(record, step_));
  }

private:
  int64_t step_;
};

inbox_record of_level(int64_t level) {
  return {0, priority_header, std::to_string(level)};
}

struct priority_rules {
  using core = priority_inbox;

  explicit priority_rules(std::mt19937_64& random) {
    config.pending_max = random() % 2 == 0 ? 5 : 1'000;
    config.step = static_cast<int64_t>(random() % 3) * 4;
    config.window = 1 + static_cast<int64_t>(random() % 10);
  }

  core make(const mover_position& from, offset_t inbox_end) {
    core x{config, from, inbox_end};
    x.consumed(consumed);
    return x;
  }
  inbox_record produce(std::mt19937_64& random, timestamp_ms) const {
    return of_level(static_cast<int64_t>(random() % 10));
  }
  int64_t rank(offset_t offset, const inbox_record& x) const {
    return offset - std::stoll(x.value) * config.step;
  }
  offsets release(core& x, timestamp_ms, size_t count_max) const {
    return x.release(count_max);
  }
  template <class Ranks>
  size_t allowed(const Ranks& ranks, timestamp_ms, offset_t topic_end) const {
    auto room = std::max<offset_t>(consumed + config.window - topic_end, 0);
    return std::min(ranks.size(), static_cast<size_t>(room));
  }
  void step(core& x, std::mt19937_64& random, offset_t topic_end) {
    if (random() % 3 != 0)
      return;
    consumed += static_cast<offset_t>(random() % 4);
    consumed = std::min(consumed, topic_end);
    x.consumed(consumed);
  }
  void consume_all(core& x, offset_t topic_end) {
    consumed = topic_end;
    x.consumed(consumed);
  }

  priority_config config;
  offset_t consumed = 0;
};

/// A kind that begins with nothing, told of records of these levels.
priority_inbox fresh(priority_config config, const std::vector<int>& levels) {
  priority_inbox x{config, {}, 0};
  x.scanned(0);
  for (auto level : levels)
    x.take(of_level(level).view(x.read_end()));
  return x;
}

} // namespace

TEST_CASE("windowed inbox: higher levels go first, equal ones by offset") {
  auto x = fresh({}, {4, 0, 9, 4, 9});
  CHECK(x.release(10) == offsets{2, 4, 0, 3, 1});
  CHECK(x.release(10).empty());
  x.appended(0);
  CHECK(x.position() == mover_position{5, 5, 0});
}

TEST_CASE("windowed inbox: a record without a level is one of level 4") {
  auto x = fresh({}, {3, 5});
  troupe::storage::record_view plain;
  plain.offset = 2;
  x.take(plain);
  CHECK(x.release(10) == offsets{1, 2, 0});
}

TEST_CASE("windowed inbox: a late urgent record overtakes what is not shown") {
  priority_config config;
  config.window = 2;
  auto x = fresh(config, {4, 4, 4, 4});
  CHECK_FALSE(x.awaits_consumers());
  CHECK(x.release(10) == offsets{0, 1});
  CHECK_FALSE(x.awaits_consumers());
  x.appended(0);
  CHECK(x.release(10).empty());
  CHECK(x.awaits_consumers());
  x.take(of_level(9).view(4));
  CHECK(x.release(10).empty());
  x.consumed(1);
  CHECK(x.release(10) == offsets{4});
  x.appended(2);
  // A commit that goes back opens nothing, nor closes it.
  x.consumed(0);
  CHECK(x.release(10).empty());
  x.consumed(3);
  CHECK(x.release(10) == offsets{2, 3});
  x.appended(3);
  // Nothing is left that could be shown.
  CHECK_FALSE(x.awaits_consumers());
}

TEST_CASE("windowed inbox: a level overtakes so many records, and no more") {
  priority_config config;
  config.step = 2;
  // The last one stands where a record of level 4 at offset 3 would.
  auto x = fresh(config, {4, 4, 4, 4, 4, 5});
  CHECK(x.release(10) == offsets{0, 1, 2, 3, 5, 4});
  config.step = 0;
  CHECK(fresh(config, {0, 9, 4}).release(10) == offsets{0, 1, 2});
}

TEST_CASE("windowed inbox: no flood of urgent records starves the others") {
  priority_config config;
  config.step = 10;
  config.window = 1'000'000;
  auto x = fresh(config, {0});
  for (offset_t i = 1; i < 1'000; ++i)
    x.take(of_level(9).view(i));
  auto order = x.release(1'000);
  auto place = std::find(order.begin(), order.end(), 0) - order.begin();
  CHECK(place == 89);
}

TEST_CASE("windowed inbox: no history of crashes loses, doubles or reorders") {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    ranked_chaos<priority_rules> chaos{seed};
    for (int i = 0; i < 300; ++i)
      chaos.step();
    chaos.heal();
    // Whoever was overtaken was so by its level's worth at most.
    const auto& topic = chaos.topic();
    auto level = [&](offset_t x) { return std::stoll(chaos.at(x).value); };
    bool bounded = true;
    for (size_t i = 0; i < topic.size(); ++i)
      for (size_t j = i + 1; j < topic.size(); ++j)
        if (topic[i] > topic[j])
          bounded = bounded
                    && topic[i] - topic[j] < (level(topic[i]) - level(topic[j]))
                                                 * chaos.rules().config.step;
    CHECK(bounded);
  }
}

TEST_CASE("windowed inbox: a commit of what is not there yet stalls nothing") {
  priority_config config;
  config.window = 2;
  auto x = fresh(config, {1, 1, 1, 1});
  x.consumed(std::numeric_limits<offset_t>::max());
  CHECK(x.release(9) == offsets{0, 1});
  x.appended(0);
  CHECK(x.release(9) == offsets{2, 3});
}
