// SPDX-License-Identifier: Apache-2.0
// What group_shard keeps when the power fails between any two steps.
#include "group_shard_chaos.h"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace troupe::actors {

namespace {

using stage = group_shard_chaos::stage;

/// A commit that is over.
void commit_fully(group_shard_chaos& x) {
  x.commit("g", 0);
  x.take_batch();
  x.write();
  x.sync();
  x.apply();
  x.answer();
}

/// One step that may come now, chosen by `random`.
void step(group_shard_chaos& x, std::mt19937_64& random) {
  switch (random() % 8) {
  case 0:
  case 1:
    x.commit(std::string(1, static_cast<char>('a' + random() % 3)),
             static_cast<int32_t>(random() % 2));
    return;
  case 2:
    return x.update_view();
  case 3:
    return x.flush_view();
  }
  switch (x.at()) {
  case stage::idle:
    return x.take_batch();
  case stage::taken:
    return x.write();
  case stage::written:
    return x.sync();
  case stage::synced:
    return x.apply();
  case stage::applied:
    return x.answer();
  }
}

} // namespace

TEST_CASE("group shard: a crash between append and apply loses nothing that "
          "was acknowledged") {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    group_shard_chaos x{seed};
    commit_fully(x);
    x.commit("g", 0);
    x.take_batch();
    x.write();
    bool synced = seed % 2 == 0;
    if (synced)
      x.sync();
    x.crash();
    CHECK(x.look() == "");
    // What was synced is found, although nobody was told.
    if (synced)
      CHECK(x.committed("g", 0) == 1);
  }
}

TEST_CASE("group shard: a crash between apply and answer keeps what was "
          "applied") {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    group_shard_chaos x{seed};
    commit_fully(x);
    x.commit("g", 0);
    x.take_batch();
    x.write();
    x.sync();
    x.apply();
    if (seed % 2 == 0)
      x.update_view();
    x.crash();
    CHECK(x.look() == "");
    CHECK(x.committed("g", 0) == 1);
  }
}

TEST_CASE("group shard: a batch that was not written is forgotten as a whole") {
  group_shard_chaos x{7};
  commit_fully(x);
  x.commit("g", 0);
  x.take_batch();
  x.crash();
  CHECK(x.look() == "");
  CHECK(x.committed("g", 0) == 0);
}

TEST_CASE("group shard: committed offsets never go back, wherever crashes "
          "come") {
  std::array<size_t, 5> crashes_at{};
  for (uint64_t seed = 0; seed < 150; ++seed) {
    CAPTURE(seed);
    group_shard_chaos x{seed};
    std::mt19937_64 random{seed};
    for (int i = 0; i < 120; ++i) {
      step(x, random);
      if (random() % 12 == 0)
        REQUIRE(x.look() == "");
      if (random() % 20 != 0)
        continue;
      ++crashes_at[static_cast<size_t>(x.at())];
      x.crash();
      REQUIRE(x.look() == "");
    }
  }
  // Each step was interrupted.
  for (auto times : crashes_at)
    CHECK(times > 0);
}

} // namespace troupe::actors
