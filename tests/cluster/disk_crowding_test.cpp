// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/disk_crowding.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;

namespace {

constexpr node_id self = 3;

metadata_image marked_image(bool crowded) {
  metadata_image image;
  if (crowded)
    image.broker_configs[self] = {{"troupe.node.crowded", "true"}};
  return image;
}

bool changes(bool crowded, int used_percent) {
  return crowding_change(marked_image(crowded), self, used_percent).has_value();
}

} // namespace

TEST_CASE("disk crowding: marked at the height, unmarked well below it") {
  CHECK_FALSE(changes(false, 0));
  CHECK_FALSE(changes(false, 84));
  CHECK(changes(false, 85));
  CHECK(changes(false, 100));
  CHECK_FALSE(changes(true, 100));
  CHECK_FALSE(changes(true, 81));
  CHECK(changes(true, 80));
}

TEST_CASE("disk crowding: a change names the node's own configuration") {
  auto x = crowding_change(marked_image(false), self, 90);
  REQUIRE(x);
  CHECK(x->node == self);
  CHECK(x->is_broker);
  REQUIRE(x->changes.size() == 1);
  CHECK(x->changes[0].name == "troupe.node.crowded");
  CHECK(x->changes[0].operation == config_operation::set);
  CHECK(x->changes[0].value == "true");
}
