// SPDX-License-Identifier: Apache-2.0
#include "actor_fixture.h"

#include <troupe/actors/inspect_controller.h>

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace troupe::actors {

namespace {

struct wire_fixture : actor_fixture {
  /// What another node gets of `x`.
  template <class T>
  T sent(T x) {
    std::vector<char> bytes;
    caf::binary_serializer out{system(), bytes};
    REQUIRE_FALSE(inspect(out, x));
    T got;
    caf::binary_deserializer in{system(), bytes};
    REQUIRE_FALSE(inspect(in, got));
    return got;
  }

  template <class T>
  T forwarded_question(T x) {
    return sent(forwarded<T>{std::move(x)}).question;
  }
};

} // namespace

TEST_CASE_FIXTURE(wire_fixture,
                  "inspect controller: questions about topics arrive whole") {
  create_topics making;
  making.topics.resize(1);
  making.topics[0].name = "orders";
  making.topics[0].assignments = {{0, {1, 2}}};
  making.topics[0].configs = {{"retention.ms", "5"}, {"segment.ms", {}}};
  making.validate_only = true;
  auto made = forwarded_question(making);
  REQUIRE(made.topics.size() == 1);
  CHECK(made.topics[0].name == "orders");
  CHECK(made.topics[0].assignments == making.topics[0].assignments);
  CHECK(made.topics[0].configs == making.topics[0].configs);
  CHECK(made.validate_only);
  delete_topics removal;
  removal.topics.resize(1);
  removal.topics[0].id.bytes.fill(7);
  auto removed = forwarded_question(removal);
  REQUIRE(removed.topics.size() == 1);
  CHECK(removed.topics[0].id == removal.topics[0].id);
  CHECK_FALSE(removed.topics[0].name.has_value());
}

TEST_CASE_FIXTURE(wire_fixture,
                  "inspect controller: questions about configs arrive whole") {
  alter_configs x;
  x.resources.resize(1);
  x.resources[0].node = 3;
  x.resources[0].is_broker = true;
  x.resources[0].changes = {
      {"a", cluster::config_operation::append, "v"},
      {"b", cluster::config_operation::remove, std::nullopt}};
  auto y = forwarded_question(x);
  REQUIRE(y.resources.size() == 1);
  CHECK(y.resources[0].node == 3);
  CHECK(y.resources[0].is_broker);
  REQUIRE(y.resources[0].changes.size() == 2);
  CHECK(y.resources[0].changes[0].value == "v");
  CHECK(y.resources[0].changes[1].operation
        == cluster::config_operation::remove);
  CHECK_FALSE(y.resources[0].changes[1].value.has_value());
}

TEST_CASE_FIXTURE(wire_fixture,
                  "inspect controller: questions about nodes arrive whole") {
  cluster::node_registration node;
  node.id = 4;
  node.host = "four.example";
  node.port = 9092;
  node.rack = "r";
  node.cluster_host = "four.inside";
  node.cluster_port = 9093;
  node.incarnation.bytes.fill(9);
  CHECK(forwarded_question(register_node{node}).node == node);
  CHECK(forwarded_question(remove_node{4}).node == 4);
  cluster::node_heartbeat beat;
  beat.node = 4;
  beat.metadata_end_offset = 77;
  CHECK(forwarded_question(beat) == beat);
}

TEST_CASE_FIXTURE(wire_fixture,
                  "inspect controller: questions about replicas arrive whole") {
  alter_reassignments moves;
  moves.partitions = {{{"a", 1}, std::vector<cluster::node_id>{1, 2}},
                      {{"b", 0}, std::nullopt}};
  auto moved = forwarded_question(moves);
  REQUIRE(moved.partitions.size() == 2);
  CHECK(moved.partitions[0].name == moves.partitions[0].name);
  CHECK(moved.partitions[0].replicas == moves.partitions[0].replicas);
  CHECK_FALSE(moved.partitions[1].replicas.has_value());
  elect_leaders elections{{{"a", 1}}, cluster::election_type::unclean};
  auto elected = forwarded_question(elections);
  CHECK(elected.partitions == elections.partitions);
  CHECK(elected.type == cluster::election_type::unclean);
}

TEST_CASE_FIXTURE(wire_fixture,
                  "inspect controller: a described quorum arrives whole") {
  quorum_described x;
  x.why = {errc::timed_out, "late"};
  x.quorum.self = 1;
  x.quorum.role = cluster::quorum_role::leader;
  x.quorum.epoch = 5;
  x.quorum.leader = 1;
  x.quorum.high_watermark = 90;
  x.quorum.end_offset = 100;
  x.quorum.voters = {{1, "one", 9093}};
  x.quorum.replicas = {{1, true, 100, 0, 0}, {2, false, 80, 15, std::nullopt}};
  auto y = sent(x);
  CHECK(is(y.why, errc::timed_out));
  CHECK(y.quorum == x.quorum);
}

} // namespace troupe::actors
