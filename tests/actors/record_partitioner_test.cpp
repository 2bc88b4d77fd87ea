// SPDX-License-Identifier: Apache-2.0
#include "record_partitioner.h"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string_view>

using namespace troupe::actors;

// As kafka-python's murmur2 prints them.
TEST_CASE("record_partitioner: hashes are those of Kafka's clients") {
  const std::map<std::string_view, int32_t> known = {
      {"", 275646681},
      {"a", -1563381124},
      {"ab", 316155434},
      {"abc", 479470107},
      {"21", -973932308},
      {"foobar", -790332482},
      {"a-little-bit-long-string", -985981536},
      {"a-little-bit-longer-string", -1486304829},
  };
  for (const auto& [key, hash] : known) {
    CAPTURE(key);
    CHECK(static_cast<int32_t>(murmur2(key)) == hash);
    auto positive = hash & 0x7fffffff;
    for (int32_t count : {1, 2, 7, 100})
      CHECK(partition_of_key(key, count) == positive % count);
  }
}

TEST_CASE("record_partitioner: without keys partitions take turns by bytes") {
  sticky_turns turns(100, 5);
  auto first = turns.next("a", 3, 60);
  CHECK(turns.next("a", 3, 60) == first);
  auto second = turns.next("a", 3, 60);
  CHECK(second == (first + 1) % 3);
  // Every topic has its own.
  CHECK(turns.next("b", 3, 1) == first);
  CHECK(turns.next("a", 3, 60) == second);
  std::set<int32_t> seen;
  for (int i = 0; i < 6; ++i)
    seen.insert(turns.next("a", 3, 60));
  CHECK(seen.size() == 3);
}
