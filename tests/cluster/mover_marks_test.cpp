// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/mover_marks.h>
#include <troupe/cluster/offset_ranges.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <vector>

using namespace troupe::cluster;
using troupe::storage::offset_t;

TEST_CASE("offset ranges: they are a set, whatever the order") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    offset_ranges ranges;
    std::set<offset_t> model;
    CHECK(ranges.last() == troupe::storage::no_offset);
    for (int i = 0; i < 200; ++i) {
      auto x = static_cast<offset_t>(random() % 100);
      ranges.insert(x);
      model.insert(x);
      CHECK(ranges.last() == *model.rbegin());
    }
    size_t runs = 0;
    for (offset_t x = 0; x < 102; ++x) {
      CHECK(ranges.contains(x) == model.contains(x));
      runs += model.contains(x) && !model.contains(x - 1) ? 1 : 0;
    }
    CHECK(ranges.runs() == runs);
    ranges.clear();
    CHECK(ranges.empty());
  }
}

TEST_CASE("offset ranges: offsets without a gap are one run") {
  offset_ranges x;
  for (offset_t i = 1'000; i > 0; --i)
    x.insert(i);
  for (offset_t i = 1'000; i < 2'000; ++i)
    x.insert(i);
  CHECK(x.runs() == 1);
  CHECK_FALSE(x.contains(0));
  CHECK(x.contains(1'999));
  CHECK_FALSE(x.contains(2'000));
}

TEST_CASE("mover marks: they begin with what was stored") {
  mover_marks x{{10, 5, 3}};
  CHECK(x.at(10) == mover_position{10, 5, 3});
  CHECK(x.at(1'000) == mover_position{1'000, 5, 3});
}

TEST_CASE("mover marks: a position claims no more than was added") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    mover_marks marks{{}};
    std::vector<mover_position> added{{}};
    mover_position now;
    offset_t finished = 0;
    for (int i = 0; i < 2'000; ++i) {
      now.inbox += static_cast<offset_t>(random() % 3);
      now.topic += static_cast<offset_t>(random() % 5);
      now.acknowledgements += static_cast<offset_t>(random() % 4);
      marks.add(now);
      added.push_back(now);
      if (random() % 50 != 0)
        continue;
      auto open = static_cast<uint64_t>(now.inbox - finished + 1);
      finished += static_cast<offset_t>(random() % open);
      auto x = marks.at(finished);
      CHECK(x.inbox == finished);
      // The last one that is not above.
      auto best =
          *std::find_if(added.rbegin(), added.rend(),
                        [&](const auto& y) { return y.inbox <= finished; });
      CHECK(x.topic <= best.topic);
      CHECK(x.acknowledgements <= best.acknowledgements);
    }
  }
}

TEST_CASE("mover marks: of many places enough are kept to begin near by") {
  mover_marks marks{{}};
  constexpr offset_t count = 1'000'000;
  for (offset_t i = 1; i <= count; ++i)
    marks.add({i, 2 * i, 0});
  for (auto wanted : {count / 4, count / 2, count * 3 / 4}) {
    auto x = marks.at(wanted);
    CHECK(x.topic <= 2 * wanted);
    CHECK(x.topic > 2 * (wanted - count / 8));
  }
}
