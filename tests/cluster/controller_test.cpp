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
  for (int i = 0; i <= static_cast<int>(refusal::topic_deletion_disabled); ++i)
    names.insert(to_string(static_cast<refusal>(i)));
  CHECK(names.size() == static_cast<size_t>(refusal::topic_deletion_disabled) + 1);
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

TEST_CASE("register node: the first start also founds the cluster") {
  controller by{broker_config{}, 1};
  node_registration self{1, "host", 9092, ""};
  auto records = by.register_node({}, self);
  REQUIRE(records.size() == 2);
  auto image = image_of(records);
  CHECK(image->cluster_id.size() == 22);
  CHECK(image->nodes.at(1) == self);
  CHECK(by.register_node(*image, self).empty());
  self.port = 9093;
  records = by.register_node(*image, self);
  CHECK(records == metadata_delta{node_registered{self}});
  self.id = 2;
  CHECK(by.register_node(*image, self).size() == 1);
}
