// SPDX-License-Identifier: Apache-2.0
#include "mover_fixture.h"

#include <troupe/cluster/kind_headers.h>

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace troupe;
using namespace troupe::actors;

namespace {

using values = mover_fixture::values;

struct delayed_fixture : mover_fixture {
  explicit delayed_fixture(cluster::config_map more = {})
      : mover_fixture("delayed", std::move(more)) {}
};

} // namespace

TEST_CASE("mover: a record is visible when it is due and not before") {
  delayed_fixture x;
  CHECK(x.produce_due_in("later", 5'000).ok());
  x.wait(4'000);
  CHECK(x.visible().empty());
  x.wait(1'500);
  CHECK(x.visible() == values{"later"});
}

TEST_CASE("mover: records become visible in the order of their due times") {
  delayed_fixture x;
  for (auto due : {9'000, 3'000, 6'000, 3'000})
    CHECK(x.produce_due_in(std::to_string(due), due).ok());
  CHECK(x.produce("now").ok());
  x.wait(200);
  CHECK(x.visible() == values{"now"});
  x.wait(10'000);
  CHECK(x.visible() == values{"now", "3000", "3000", "6000", "9000"});
}

TEST_CASE("mover: a record keeps what it is and says where it lay") {
  delayed_fixture x;
  CHECK(x.produce("a").ok());
  CHECK(x.produce("b", {{cluster::due_header, "soon"}}).ok());
  x.wait(200);
  auto moved = x.all(x.at("t"));
  REQUIRE(moved.size() == 2);
  CHECK(moved[0].key == "k");
  CHECK(moved[0].timestamp == x.start_ms + 1'000);
  CHECK(x.header_of(moved[0], cluster::delivery_header) == "0-0-1");
  CHECK(x.header_of(moved[0], cluster::reason_header).empty());
  CHECK(x.header_of(moved[1], cluster::due_header) == "soon");
  CHECK(x.header_of(moved[1], cluster::delivery_header) == "0-1-1");
  CHECK(x.header_of(moved[1], cluster::reason_header)
        == "troupe.due.ms is not a whole number");
}

TEST_CASE("mover: after a restart nothing is lost and nothing comes twice") {
  delayed_fixture x;
  values expected;
  for (int i = 0; i < 12; ++i) {
    auto value = std::to_string(i);
    CHECK(x.produce_due_in(value, 1'000 * (i + 1)).ok());
    expected.push_back(value);
  }
  x.wait(4'000);
  auto before = x.visible().size();
  CHECK(before > 2);
  CHECK(before < 12);
  x.restart();
  x.wait(3'000);
  x.restart();
  x.wait(12'000);
  CHECK(x.visible() == expected);
}

TEST_CASE("mover: a new reign of the leader moves nothing twice") {
  delayed_fixture x;
  for (auto due : {500, 4'000})
    CHECK(x.produce_due_in(std::to_string(due), due).ok());
  x.wait(1'000);
  CHECK(x.visible() == values{"500"});
  auto next = std::make_shared<cluster::metadata_image>(*x.image(x.topics));
  auto topic = std::make_shared<cluster::topic_image>(*next->topics.at("t"));
  ++topic->partitions[0].leader_epoch;
  ++topic->partitions[0].partition_epoch;
  next->topics["t"] = next->topics_by_id[topic->id] = topic;
  x.ask<metadata_applied>(x.broker, apply_metadata{next});
  x.wait(5'000);
  CHECK(x.visible() == values{"500", "4000"});
}

TEST_CASE("mover: the inbox is deleted below what is finished") {
  delayed_fixture x;
  for (int i = 0; i < 4; ++i)
    CHECK(x.produce(std::to_string(i)).ok());
  x.wait(6'000);
  CHECK(x.produce("last").ok());
  x.wait(6'000);
  CHECK(x.produce("end").ok());
  x.wait(200);
  auto inbox = x.ask<partition_description>(x.inbox(), describe_partition{});
  CHECK(inbox.log_start_offset >= 4);
  CHECK(inbox.log_start_offset < inbox.end_offset);
  CHECK(x.visible() == values{"0", "1", "2", "3", "last", "end"});
  // What is still there is known to be moved.
  x.restart();
  x.wait(1'000);
  CHECK(x.visible().size() == 6);
}

TEST_CASE("mover: retention leaves in the topic what a restart needs") {
  delayed_fixture x{{{"retention.ms", "1000"}, {"segment.bytes", "200"}}};
  CHECK(x.produce_due_in("waits", 60'000).ok());
  for (int i = 0; i < 8; ++i) {
    CHECK(x.produce(std::to_string(i)).ok());
    x.wait(1'000);
  }
  x.tell(x.at("t"), housekeep{});
  CHECK(x.visible().size() == 8);
  x.restart();
  x.wait(1'000);
  CHECK(x.visible().size() == 8);
  x.wait(60'000);
  CHECK(x.visible().back() == "waits");
}

TEST_CASE("mover: more than one batch's worth is moved in order") {
  delayed_fixture x;
  values expected;
  for (int i = 0; i < 40; ++i) {
    auto value = std::to_string(i) + std::string(50'000, 'x');
    CHECK(x.produce_due_in(value, 2'000 - i).ok());
    expected.insert(expected.begin(), value);
  }
  x.wait(4'000);
  CHECK(x.visible() == expected);
}

TEST_CASE("mover: small segments make for small batches") {
  delayed_fixture x{{{"segment.bytes", "600"}}};
  values expected;
  for (int i = 0; i < 20; ++i) {
    auto value = std::to_string(i);
    CHECK(x.produce_due_in(value, 1'000).ok());
    expected.push_back(value);
  }
  x.wait(10'000);
  CHECK(x.visible() == expected);
}
