// SPDX-License-Identifier: Apache-2.0
#include "storage/src/epoch_cache.h"

#include <doctest/doctest.h>

using namespace troupe::storage;

namespace {

using entries = std::vector<epoch_start>;
using answer = std::pair<leader_epoch_t, offset_t>;

/// Epoch 1 wrote 10-19, epoch 3 wrote 20-39, epoch 4 wrote 40-.
epoch_cache three_leaders() {
  return epoch_cache::from({{1, 10}, {3, 20}, {4, 40}});
}

} // namespace

TEST_CASE("epoch cache: empty, nothing is known") {
  epoch_cache cache;
  CHECK(cache.entries().empty());
  CHECK(cache.epoch_of(0) == -1);
  CHECK(cache.end_offset_of(0, 100) == answer{-1, -1});
  CHECK(cache.end_offset_of(5, 100) == answer{-1, -1});
  cache.truncate_to(0);
  cache.advance_start(10);
  CHECK(cache.entries().empty());
}

TEST_CASE("epoch cache: only newer leaders are noted") {
  epoch_cache cache;
  cache.assign(-1, 0);
  CHECK(cache.entries().empty());
  cache.assign(2, -5);
  CHECK(cache.entries().empty());
  cache.assign(2, 0);
  cache.assign(2, 10);
  cache.assign(1, 20);
  CHECK(cache.entries() == entries{{2, 0}});
  cache.assign(5, 20);
  CHECK(cache.entries() == entries{{2, 0}, {5, 20}});
}

TEST_CASE("epoch cache: a leader without records vanishes") {
  epoch_cache cache;
  cache.assign(1, 0);
  cache.assign(2, 10);
  cache.assign(3, 10);
  CHECK(cache.entries() == entries{{1, 0}, {3, 10}});
  cache.assign(4, 5);
  CHECK(cache.entries() == entries{{1, 0}, {4, 5}});
}

TEST_CASE("epoch cache: where an epoch ended") {
  auto cache = three_leaders();
  CHECK(cache.end_offset_of(1, 50) == answer{1, 20});
  CHECK(cache.end_offset_of(3, 50) == answer{3, 40});
  CHECK(cache.end_offset_of(4, 50) == answer{4, 50});
}

TEST_CASE("epoch cache: an epoch that wrote nothing ends with the one before") {
  CHECK(three_leaders().end_offset_of(2, 50) == answer{1, 20});
}

TEST_CASE("epoch cache: beyond the newest epoch the log end is the end") {
  CHECK(three_leaders().end_offset_of(9, 50) == answer{4, 50});
}

TEST_CASE("epoch cache: before the first epoch readers continue at its start") {
  CHECK(three_leaders().end_offset_of(0, 50) == answer{0, 10});
  CHECK(three_leaders().end_offset_of(-1, 50) == answer{-1, -1});
}

TEST_CASE("epoch cache: which leader wrote an offset") {
  auto cache = three_leaders();
  CHECK(cache.epoch_of(9) == -1);
  CHECK(cache.epoch_of(10) == 1);
  CHECK(cache.epoch_of(19) == 1);
  CHECK(cache.epoch_of(20) == 3);
  CHECK(cache.epoch_of(39) == 3);
  CHECK(cache.epoch_of(40) == 4);
  CHECK(cache.epoch_of(1000) == 4);
}

TEST_CASE(
    "epoch cache: truncation drops leaders that begin at the end or later") {
  auto cache = three_leaders();
  cache.truncate_to(41);
  CHECK(cache.entries().size() == 3);
  cache.truncate_to(40);
  CHECK(cache.entries() == entries{{1, 10}, {3, 20}});
  cache.assign(4, 40);
  CHECK(cache.entries().size() == 3);
  cache.truncate_to(0);
  CHECK(cache.entries().empty());
}

TEST_CASE("epoch cache: the first leader begins at the log start") {
  auto cache = three_leaders();
  cache.advance_start(5);
  CHECK(cache.entries() == entries{{1, 10}, {3, 20}, {4, 40}});
  cache.advance_start(10);
  CHECK(cache.entries() == entries{{1, 10}, {3, 20}, {4, 40}});
  cache.advance_start(15);
  CHECK(cache.entries() == entries{{1, 15}, {3, 20}, {4, 40}});
  cache.advance_start(20);
  CHECK(cache.entries() == entries{{3, 20}, {4, 40}});
  cache.advance_start(100);
  CHECK(cache.entries() == entries{{4, 100}});
  // Somebody at the new start who last read epoch 3 lost nothing.
  CHECK(cache.end_offset_of(3, 100) == answer{3, 100});
}

TEST_CASE("epoch cache: stored entries that go back are left out") {
  auto cache = epoch_cache::from(
      {{-1, 0}, {2, 10}, {1, 20}, {3, 9}, {4, 5}, {5, 30}, {5, 40}});
  CHECK(cache.entries() == entries{{2, 10}, {5, 30}});
}
