// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/consumer_group_fixture.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

group_error error_of(const consumer_heartbeat_request& x) {
  return check_consumer_heartbeat(x).error;
}

} // namespace

TEST_CASE("consumer heartbeat: ids must be there, and fit into a record") {
  auto join = join_as("a", {"t"});
  CHECK(error_of(join) == group_error::none);
  for (auto size : {size_t{0}, size_t{32768}}) {
    auto x = join;
    x.group_id = std::string(size, 'x');
    CHECK(error_of(x) == group_error::invalid_request);
    x = join;
    x.member_id = std::string(size, 'x');
    CHECK(error_of(x) == group_error::invalid_request);
    x = join;
    x.instance_id = std::string(size, 'x');
    CHECK(error_of(x) == group_error::invalid_request);
    x = join;
    x.rack_id = std::string(size, 'x');
    CHECK(error_of(x) == group_error::invalid_request);
  }
}

TEST_CASE("consumer heartbeat: below v1 a joining member has no id yet") {
  auto x = join_as("", {"t"});
  x.makes_member_id = false;
  CHECK(error_of(x) == group_error::none);
  for (auto epoch : {1, leaving_epoch}) {
    x.member_epoch = epoch;
    CHECK(error_of(x) == group_error::invalid_request);
  }
}

TEST_CASE("consumer heartbeat: a join must be complete and own nothing") {
  auto x = join_as("a", {"t"});
  x.rebalance_timeout_ms = -1;
  CHECK(error_of(x) == group_error::invalid_request);
  x = join_as("a", {"t"});
  x.topic_partitions.reset();
  CHECK(error_of(x) == group_error::invalid_request);
  x.topic_partitions = all_of("t", 1);
  CHECK(error_of(x) == group_error::invalid_request);
  x = join_as("a", {"t"});
  x.subscribed_topic_names.reset();
  CHECK(error_of(x) == group_error::invalid_request);
  x.subscribed_topic_regex = "t.*";
  CHECK(error_of(x) == group_error::none);
  CHECK(error_of(join_as("a", {})) == group_error::none);
}

TEST_CASE("consumer heartbeat: epochs below -2 and dynamic -2 are refused") {
  consumer_heartbeat_request x;
  x.group_id = "g";
  x.member_id = "a";
  x.member_epoch = -3;
  CHECK(error_of(x) == group_error::invalid_request);
  x.member_epoch = leaving_for_a_while_epoch;
  CHECK(error_of(x) == group_error::invalid_request);
  x.instance_id = "one";
  CHECK(error_of(x) == group_error::none);
}

TEST_CASE("consumer heartbeat: other assignors are not supported") {
  auto x = join_as("a", {"t"});
  x.server_assignor = "sticky";
  CHECK(error_of(x) == group_error::unsupported_assignor);
  x.server_assignor = "range";
  CHECK(error_of(x) == group_error::none);
}
