// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/group_fixture.h>

#include <doctest/doctest.h>

#include <limits>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

TEST_CASE("group: a restart is not a reason to rebalance") {
  group_fixture x;
  auto members = x.stable_group(3);
  x.pass(session_ms - 1);
  x.restart();
  CHECK(x.state() == group_state::stable);
  // All have a whole session from now on.
  x.pass(session_ms - 1);
  for (const auto& member : members)
    CHECK(x.heartbeat(member, 1) == group_error::none);
  for (const auto& member : members)
    CHECK(x.synced(x.sync(member, 1)).assignment == bytes_of("for " + member));
  CHECK(x.commit(members[2], 1) == group_error::none);
  CHECK(x.joined(x.join(joiner(members[1]))).leader == members[0]);
  x.pass(session_ms);
  CHECK(x.state() == group_state::empty);
}

TEST_CASE("group: a restart during a rebalance brings back what was stable") {
  group_fixture x;
  auto members = x.stable_group(2);
  x.join(joiner(members[0]));
  x.join(joiner(members[1]));
  CHECK(x.state() == group_state::completing_rebalance);
  x.restart();
  CHECK(x.state() == group_state::stable);
  CHECK(x.heartbeat(members[0], 2) == group_error::illegal_generation);
  CHECK(x.waiting(x.join(joiner(members[0]))));
}

TEST_CASE("group: an empty group stays one after a restart") {
  group_fixture x;
  x.stable_group(1);
  x.pass(session_ms);
  auto since = x.now().wall_ms;
  x.pass(1000);
  x.restart();
  CHECK(x.state() == group_state::empty);
  // Its offsets' time runs from when it became empty, not from the restart.
  auto commit = offset_at("t", 1);
  commit.commit_timestamp = since + 1000;
  auto later = x.now();
  later.wall_ms = since + 7LL * 24 * 60 * 60 * 1000;
  CHECK_FALSE(x.core().expire_offsets("g", {&commit, 1}, later).empty());
}

TEST_CASE("group: a record that is removed takes the group along") {
  group_coordinator core{{}, 1};
  group_metadata record;
  record.group = "g";
  core.load(record);
  core.load(offset_commit{"simple", {"t", 0}, 1, -1, {}, 1, -1});
  CHECK(core.group_count() == 2);
  core.load(group_removal{"g"});
  core.load(group_removal{"never there"});
  core.load(offset_removal{"simple", {"t", 0}});
  CHECK(core.loaded({}).empty());
  CHECK(core.list()
        == std::vector<group_listing>{{"simple", "", group_state::empty}});
}

TEST_CASE("group: damaged metadata is loaded as far as it makes sense") {
  group_coordinator core{{}, 1};
  group_metadata record;
  record.group = "g";
  record.generation = std::numeric_limits<int32_t>::max();
  record.leader = "nobody";
  record.members = {{"m", "i", "", "", -1, -5, bytes_of("x"), {}},
                    {"m", "j", "", "", 0, 0, {}, {}}};
  core.load(record);
  CHECK(core.loaded({1000, 0}).empty());
  CHECK(core.describe("g").members.size() == 1);
  CHECK(core.describe("g").state == group_state::stable);
  CHECK(core.next_deadline_ms() == 1001);
  auto effects = core.tick({1001, 0});
  REQUIRE(effects.size() == 1);
  // The generation after the largest one is 1.
  CHECK(std::get<group_metadata>(effects[0].records.at(0)).generation == 1);
  CHECK(core.describe("g").state == group_state::empty);
}

TEST_CASE("group: a group beyond a lowered bound is cut when it loads") {
  group_fixture all;
  auto members = all.stable_group(3);
  group_config config;
  config.members_per_group_max = 2;
  group_coordinator core{config, 1};
  for (const auto& record : all.records())
    core.load(record);
  core.loaded(all.now());
  CHECK(core.describe("g").state == group_state::preparing_rebalance);
  auto join = [&](uint64_t ticket) {
    return core.join(ticket, joiner(members[ticket]), all.now());
  };
  CHECK(join(0).empty());
  CHECK(join(1).empty());
  auto effects = join(2);
  // The third is refused, which leaves nobody to wait for.
  REQUIRE(effects.answers.size() == 3);
  CHECK(std::get<join_answer>(effects.answers[0].what).error
        == group_error::group_max_size_reached);
  CHECK(core.describe("g").members.size() == 2);
}

TEST_CASE("group: a description shows what is true in its state") {
  group_fixture x;
  CHECK(x.core().describe("g").error == group_error::group_id_not_found);
  CHECK(x.state() == group_state::dead);
  auto members = x.stable_group(1);
  auto stable = x.core().describe("g");
  CHECK(stable.error == group_error::none);
  CHECK(stable.state == group_state::stable);
  CHECK(stable.protocol_type == "consumer");
  CHECK(stable.protocol_name == "range");
  REQUIRE(stable.members.size() == 1);
  CHECK(stable.members[0]
        == group_description::member{members[0],
                                     {},
                                     "client",
                                     "/10.0.0.1",
                                     subscription({"t"}),
                                     bytes_of("for " + members[0])});
  x.join(joiner(members[0]));
  auto joining = x.core().describe("g");
  CHECK(joining.state == group_state::completing_rebalance);
  CHECK(joining.protocol_name.empty());
  CHECK(joining.members.at(0).metadata.empty());
  CHECK(joining.members.at(0).assignment.empty());
  CHECK(x.core().list()
        == std::vector<group_listing>{
            {"g", "consumer", group_state::completing_rebalance}});
}

TEST_CASE("group: a failed append refuses the answers that waited for it") {
  join_answer joined;
  joined.generation = 3;
  joined.member_id = "m";
  auto join = refused({1, joined}, group_error::coordinator_not_available);
  CHECK(join.ticket == 1);
  const auto& answer = std::get<join_answer>(join.what);
  CHECK(answer.error == group_error::coordinator_not_available);
  CHECK(answer.member_id == "m");
  CHECK(answer.generation == -1);
  commit_answer committed;
  committed.partitions = {group_error::none};
  auto commit = refused({2, committed}, group_error::not_coordinator);
  CHECK(std::get<commit_answer>(commit.what)
        == commit_answer{group_error::not_coordinator, {}});
  auto heartbeat =
      refused({3, heartbeat_answer{}}, group_error::unknown_server_error);
  CHECK(std::get<heartbeat_answer>(heartbeat.what).error
        == group_error::unknown_server_error);
  auto sync = refused({4, sync_answer{}}, group_error::not_coordinator);
  CHECK(std::get<sync_answer>(sync.what).error == group_error::not_coordinator);
  auto leave = refused({5, leave_answer{}}, group_error::not_coordinator);
  CHECK(std::get<leave_answer>(leave.what).error
        == group_error::not_coordinator);
}

TEST_CASE("group: ten thousand members are held by one deadline a group") {
  group_coordinator core{{}, 1};
  group_time now{0, 0};
  for (uint64_t i = 0; i < 1000; ++i) {
    group_metadata record;
    record.group = std::to_string(i);
    record.generation = 1;
    record.protocol = "range";
    record.leader = "0";
    for (int m = 0; m < 10; ++m)
      record.members.push_back(
          {std::to_string(m), {}, {}, {}, 60000, 45000, {}, {}});
    core.load(record);
  }
  CHECK(core.loaded(now).empty());
  // Sessions last for 45 s: until then heartbeats arm no timer.
  auto first_check = core.next_deadline_ms();
  CHECK(first_check == 45000);
  for (; now.steady_ms <= 42000; now.steady_ms += 3000)
    for (int i = 0; i < 1000; i += 10)
      for (int m = 0; m < 10; ++m)
        CHECK(core.heartbeat(1, {std::to_string(i), std::to_string(m), {}, 1},
                             now)
                  .answers.size()
              == 1);
  CHECK(core.next_deadline_ms() == first_check);
  // One check a group finds who is still there.
  now.steady_ms = 45000;
  auto effects = core.tick(now);
  CHECK(effects.size() == 900);
  CHECK(core.next_deadline_ms() == 42000 + 45000);
}
