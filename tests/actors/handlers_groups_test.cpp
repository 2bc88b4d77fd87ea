// SPDX-License-Identifier: Apache-2.0
#include "handlers/answers.h"
#include "routing_fixture.h"

#include <doctest/doctest.h>

namespace troupe::actors::handlers {

TEST_CASE("find_coordinator: there is none without the offsets topic") {
  kafka::find_coordinator_request x;
  x.key = "group";
  auto routes = routing_builder().build();
  auto single = answer_find_coordinator(x, 3, *routes, this_node);
  CHECK(single.error_code == 15);
  CHECK(single.error_message.has_value());
  CHECK(single.node_id == -1);
  CHECK(single.host.empty());
  CHECK(single.port == -1);
  CHECK(single.coordinators.empty());
  x.coordinator_keys = {"g1", "g2"};
  auto many = answer_find_coordinator(x, 4, *routes, this_node);
  REQUIRE(many.coordinators.size() == 2);
  CHECK(many.coordinators[1].key == "g2");
  CHECK(many.coordinators[1].error_code == 15);
  CHECK(many.coordinators[1].node_id == -1);
  CHECK(many.coordinators[1].port == -1);
}

TEST_CASE("find_coordinator: a partition that is offline coordinates nobody") {
  kafka::find_coordinator_request x;
  x.key = "group";
  auto routes = routing_builder().topic("__consumer_offsets", 1, 4).build();
  CHECK(answer_find_coordinator(x, 3, *routes, this_node).error_code == 15);
}

TEST_CASE("find_coordinator: transactions fail at once, other types too") {
  kafka::find_coordinator_request x;
  auto routes = routing_builder().build();
  x.key_type = 1;
  CHECK(answer_find_coordinator(x, 1, *routes, this_node).error_code == 53);
  x.key_type = 7;
  CHECK(answer_find_coordinator(x, 1, *routes, this_node).error_code == 42);
}

} // namespace troupe::actors::handlers
