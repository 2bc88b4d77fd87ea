// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/images.h>
#include <troupe/cluster/controller.h>

#include <doctest/doctest.h>

#include <limits>
#include <set>
#include <string_view>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

TEST_CASE("refusals: each has a name of its own") {
  std::set<std::string_view> names;
  constexpr auto last = static_cast<int>(refusal_last);
  for (int i = 0; i <= last; ++i)
    names.insert(to_string(static_cast<refusal>(i)));
  CHECK(names.size() == last + 1);
  CHECK_FALSE(names.contains("unknown"));
}

TEST_CASE("producer ids: blocks follow each other without overlap") {
  controller by{broker_config{}, 1};
  auto image = image_of({node(1)});
  int64_t expected = 0;
  for (int i = 0; i < 3; ++i) {
    auto [block, records] = by.allocate_producer_ids(*image);
    CHECK(block.first == expected);
    CHECK(block.second == expected + 1000);
    CHECK(records == metadata_delta{producer_ids_allocated{block.second}});
    image = after(image, records);
    expected = block.second;
  }
}

TEST_CASE(
    "producer ids: the last numbers give no block instead of overflowing") {
  controller by{broker_config{}, 1};
  auto last = std::numeric_limits<int64_t>::max();
  auto image = image_of({producer_ids_allocated{last - 999}});
  auto [block, records] = by.allocate_producer_ids(*image);
  CHECK(block.first == block.second);
  CHECK(records.empty());
  image = image_of({producer_ids_allocated{last - 1000}});
  CHECK(by.allocate_producer_ids(*image).first.second == last);
}
