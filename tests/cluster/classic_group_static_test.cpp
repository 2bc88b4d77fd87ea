// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/group_fixture.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

/// A stable group of the static members "a", the leader, and "b".
struct static_group {
  group_fixture x;
  std::string a;
  std::string b;

  explicit static_group(group_config config = {}) : x(config) {
    auto first = x.join(static_joiner("a", {}, {"range", "sticky"}));
    auto second = x.join(static_joiner("b", {}, {"range", "sticky"}));
    x.pass(6000);
    a = x.joined(first).member_id;
    b = x.joined(second).member_id;
    x.sync_all({a, b}, 1);
    x.records().clear();
  }

  uint64_t come_back(const std::string& instance_id) {
    return x.join(static_joiner(instance_id, {}, {"range", "sticky"}));
  }
};

} // namespace

TEST_CASE("group: a static member comes back without a rebalance") {
  static_group g;
  auto answer = g.x.joined(g.come_back("b"));
  CHECK(answer.error == group_error::none);
  CHECK(answer.generation == 1);
  CHECK(answer.member_id != g.b);
  CHECK(answer.leader == g.a);
  CHECK(answer.members.empty());
  CHECK_FALSE(answer.skip_assignment);
  CHECK(g.x.state() == group_state::stable);
  CHECK(g.x.synced(g.x.sync(answer.member_id, 1)).assignment
        == bytes_of("for " + g.b));
  // A restart must know the new id.
  REQUIRE(g.x.records().size() == 1);
  g.x.restart();
  CHECK(g.x.heartbeat(answer.member_id, 1, "b") == group_error::none);
}

TEST_CASE("group: the one that was replaced is fenced") {
  static_group g;
  auto again = g.x.joined(g.come_back("b")).member_id;
  CHECK(g.x.heartbeat(g.b, 1, "b") == group_error::fenced_instance_id);
  CHECK(g.x.commit(g.b, 1, "b") == group_error::fenced_instance_id);
  CHECK(g.x.joined(g.x.join(static_joiner("b", g.b))).error
        == group_error::fenced_instance_id);
  sync_request sync;
  sync.group_id = "g";
  sync.member_id = g.b;
  sync.group_instance_id = "b";
  sync.generation = 1;
  CHECK(g.x.synced(g.x.sync(sync)).error == group_error::fenced_instance_id);
  auto left = g.x.leave({{g.b, "b"}});
  CHECK(g.x.answer<leave_answer>(left).members[0].error
        == group_error::fenced_instance_id);
  // Without the instance id it is just not there.
  CHECK(g.x.heartbeat(g.b, 1) == group_error::unknown_member_id);
  CHECK(g.x.heartbeat(again, 1, "b") == group_error::none);
}

TEST_CASE("group: a leader that comes back is told not to assign") {
  static_group g;
  auto answer = g.x.joined(g.come_back("a"));
  CHECK(answer.leader == answer.member_id);
  CHECK(answer.skip_assignment);
  CHECK(answer.members.size() == 2);
  CHECK(g.x.state() == group_state::stable);
}

TEST_CASE("group: below v9 a leader that comes back believes it follows") {
  static_group g;
  auto old = static_joiner("a", {}, {"range", "sticky"});
  old.knows_skip_assignment = false;
  auto answer = g.x.joined(g.x.join(old));
  CHECK(answer.leader == g.a);
  CHECK(answer.member_id != g.a);
  CHECK(answer.members.empty());
  CHECK_FALSE(answer.skip_assignment);
  // It does lead: when it joins with its id the group rebalances.
  g.x.join(static_joiner("a", answer.member_id, {"range", "sticky"}));
  CHECK(g.x.state() == group_state::preparing_rebalance);
}

TEST_CASE("group: coming back with other protocols may cause a rebalance") {
  static_group g;
  SUBCASE("when another one would be chosen") {
    auto ticket = g.x.join(static_joiner("b", {}, {"sticky"}));
    CHECK(g.x.waiting(ticket));
    auto leader = g.x.join(static_joiner("a", g.a, {"range", "sticky"}));
    CHECK(g.x.joined(leader).protocol_name == "sticky");
    CHECK(g.x.joined(ticket).generation == 2);
  }
  SUBCASE("not when the same one stays") {
    auto ticket = g.x.join(static_joiner("b", {}, {"range"}));
    CHECK(g.x.joined(ticket).generation == 1);
    CHECK(g.x.state() == group_state::stable);
  }
}

TEST_CASE("group: coming back before the assignment starts anew") {
  group_fixture x;
  auto first = x.join(static_joiner("a"));
  auto second = x.join(static_joiner("b"));
  x.pass(6000);
  auto parked = x.sync(x.joined(second).member_id, 1);
  auto again = x.join(static_joiner("b"));
  CHECK(x.synced(parked).error == group_error::fenced_instance_id);
  CHECK(x.waiting(again));
  CHECK(x.state() == group_state::preparing_rebalance);
  auto leader = x.join(static_joiner("a", x.joined(first).member_id));
  CHECK(x.joined(again).generation == 2);
  CHECK(x.joined(leader).members.size() == 2);
}

TEST_CASE("group: coming back during a rebalance fences the parked call") {
  static_group g;
  auto parked = g.x.join(static_joiner("a", g.a, {"range", "sticky"}));
  auto again = g.come_back("a");
  CHECK(g.x.joined(parked).error == group_error::fenced_instance_id);
  CHECK(g.x.joined(parked).member_id == g.a);
  auto other = g.x.join(static_joiner("b", g.b, {"range", "sticky"}));
  CHECK(g.x.joined(other).generation == 2);
  CHECK(g.x.joined(again).leader == g.x.joined(again).member_id);
}

TEST_CASE("group: a static member keeps its place through a rebalance") {
  static_group g;
  auto leader = g.x.join(static_joiner("a", g.a, {"range", "sticky"}));
  for (int i = 0; i < rebalance_ms / 5000; ++i) {
    CHECK(g.x.waiting(leader));
    g.x.heartbeat(g.b, 1, "b");
    g.x.pass(5000);
  }
  CHECK(g.x.joined(leader).members.size() == 2);
}

TEST_CASE("group: a static member is missed after its session like any") {
  static_group g;
  auto leader = g.x.join(static_joiner("a", g.a, {"range", "sticky"}));
  g.x.pass(session_ms);
  CHECK(g.x.joined(leader).members.size() == 1);
}

TEST_CASE("group: without any rejoin static members wait for their sessions") {
  group_fixture x;
  std::vector<std::string> ids;
  std::vector<uint64_t> tickets;
  for (std::string instance : {"a", "b"}) {
    auto request = static_joiner(instance);
    request.session_timeout_ms = 100000;
    request.rebalance_timeout_ms = 20000;
    tickets.push_back(x.join(request));
  }
  x.pass(6000);
  for (auto ticket : tickets)
    ids.push_back(x.joined(ticket).member_id);
  x.sync_all(ids, 1);
  auto [third, third_ticket] = x.enter();
  x.leave({{third, {}}});
  CHECK(x.state() == group_state::preparing_rebalance);
  // At 60 s nobody has come back: another 20 s are given.
  x.pass(70000);
  CHECK(x.state() == group_state::preparing_rebalance);
  CHECK(x.core().describe("g").members.size() == 2);
  auto late = static_joiner("b", ids[1]);
  auto ticket = x.join(late);
  x.pass(9999);
  CHECK(x.waiting(ticket));
  x.pass(1);
  CHECK(x.joined(ticket).leader == ids[1]);
  CHECK(x.joined(ticket).members.size() == 2);
}

TEST_CASE("group: an operator removes a static member by its instance") {
  static_group g;
  auto left = g.x.leave({{"", "b"}});
  CHECK(g.x.answer<leave_answer>(left).members[0].error == group_error::none);
  CHECK(g.x.heartbeat(g.b, 1, "b") == group_error::unknown_member_id);
  CHECK(g.x.state() == group_state::preparing_rebalance);
  CHECK(g.x.waiting(g.come_back("b")));
}

TEST_CASE("group: a full group takes a static member back") {
  group_config config;
  config.members_per_group_max = 2;
  static_group g{config};
  CHECK(g.x.joined(g.come_back("b")).error == group_error::none);
  CHECK(g.x.joined(g.come_back("c")).error
        == group_error::group_max_size_reached);
}
