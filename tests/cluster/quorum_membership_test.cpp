// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/quorum_cluster.h>
#include <tests/cluster/quorum_fixture.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

std::optional<quorum_error> add(quorum_cluster& x, node_id at, node_id id) {
  auto added = x.ask(at, [&](quorum& core, quorum_time now) {
    return core.add_voter(voter(id), now);
  });
  return added ? std::nullopt : std::optional{added.error()};
}

std::optional<quorum_error> remove(quorum_cluster& x, node_id at, node_id id) {
  auto removed = x.ask(at, [&](quorum& core, quorum_time now) {
    return core.remove_voter(id, now);
  });
  return removed ? std::nullopt : std::optional{removed.error()};
}

bool agreed_soon(quorum_cluster& x) {
  auto lead = x.leader();
  if (lead == no_node)
    return false;
  auto number = x.propose(lead);
  return number
         && x.run_until([&] { return x.proposal(*number).agreed; }, 3000);
}

} // namespace

TEST_CASE("quorum: one node alone leads when it has started") {
  quorum_cluster x{1};
  x.add(0);
  CHECK(x.at(0).role() == quorum_role::leader);
  CHECK(x.at(0).ready());
  CHECK(x.at(0).epoch() == 1);
  CHECK(x.disk(0).voters() == std::vector{voter(0)});
  CHECK(agreed_soon(x));
  x.crash(0);
  x.restart(0);
  CHECK(x.at(0).ready());
  CHECK(x.at(0).epoch() == 2);
  CHECK(x.agreed_values(0) == std::vector<std::string>{"0"});
  CHECK(x.violations().empty());
}

TEST_CASE("quorum: a node that lost its power while founding founds again") {
  quorum_fixture x{{}};
  (void)x.disk().save_election({1, 1});
  x.restart();
  CHECK(x.core().role() == quorum_role::unattached);
  quorum_config config;
  config.self = 1;
  config.founder = voter(1);
  quorum core{config, x.disk(), 1};
  core.start(x.now());
  CHECK(core.ready());
  CHECK(core.epoch() == 2);
}

TEST_CASE("quorum: an observer follows, then votes, then does without others") {
  quorum_cluster x{1};
  x.add(0);
  x.add(1);
  CHECK(add(x, 0, 1) == quorum_error::lagging);
  CHECK(x.run_until([&] { return x.in_step(); }, 2000));
  x.run(5);
  CHECK_FALSE(x.at(1).is_voter());
  CHECK(add(x, 1, 1) == quorum_error::not_leader);
  CHECK(add(x, 0, 1) == std::nullopt);
  CHECK(add(x, 0, 1) == quorum_error::voters_changing);
  CHECK(x.run_until([&] { return x.in_step(); }, 2000));
  CHECK(x.at(1).is_voter());
  CHECK(add(x, 0, 1) == quorum_error::already_a_voter);
  CHECK(remove(x, 0, 7) == quorum_error::not_a_voter);
  CHECK(agreed_soon(x));
  // Two voters need each other.
  x.crash(1);
  CHECK_FALSE(agreed_soon(x));
  x.restart(1);
  CHECK(x.run_until([&] { return x.leader() != no_node; }, 5000));
  CHECK(agreed_soon(x));
  CHECK(x.violations().empty());
}

TEST_CASE("quorum: a voter moves to another address without a vote") {
  quorum_cluster x{1};
  x.grow_to(2);
  auto moved = x.ask(0, [](quorum& core, quorum_time now) {
    return core.add_voter({1, "elsewhere", 1}, now);
  });
  CHECK(moved);
  CHECK(x.run_until([&] { return x.in_step(); }, 2000));
  CHECK(x.disk(1).voters()[1].host == "elsewhere");
}

TEST_CASE("quorum: the last voter stays") {
  quorum_cluster x{1};
  x.add(0);
  CHECK(remove(x, 0, 0) == quorum_error::last_voter);
}

TEST_CASE(
    "quorum: a leader that removes itself leads until that is agreed on") {
  quorum_cluster x{5};
  x.grow_to(3);
  CHECK(remove(x, 0, 0) == std::nullopt);
  CHECK(x.at(0).role() == quorum_role::leader);
  CHECK(x.run_until(
      [&] { return x.leader() != 0 && x.leader() != no_node && x.in_step(); },
      5000));
  CHECK(x.disk(0).voters() == std::vector{voter(1), voter(2)});
  CHECK(x.at(0).role() == quorum_role::follower);
  CHECK(agreed_soon(x));
  CHECK(x.violations().empty());
}

TEST_CASE("quorum: leadership is handed over at once, with the whole log") {
  quorum_cluster x{5};
  x.grow_to(3);
  x.weather.delay_ms_max = 0;
  REQUIRE(x.propose(0));
  auto began_ms = x.now_ms();
  auto asked = x.ask(0, [](quorum& core, quorum_time now) {
    return core.transfer_leadership(2, now);
  });
  CHECK(asked);
  CHECK(x.propose(0).error() == quorum_error::handing_over);
  CHECK(x.run_until([&] { return x.leader() == 2; }, 1000));
  CHECK(x.now_ms() - began_ms < 10);
  CHECK(x.run_until([&] { return x.in_step(); }, 1000));
  CHECK(x.agreed_values(2) == std::vector<std::string>{"0"});
  CHECK(x.violations().empty());
}

TEST_CASE("quorum: a successor that does not come lets the leader lead on") {
  quorum_cluster x{5};
  x.grow_to(3);
  x.crash(2);
  REQUIRE(x.propose(0));
  CHECK(x.ask(0, [](quorum& core, quorum_time now) {
    return core.transfer_leadership(2, now);
  }));
  CHECK(x.propose(0).error() == quorum_error::handing_over);
  x.run(2000);
  CHECK(x.leader() == 0);
  CHECK(agreed_soon(x));
  auto nobody = x.ask(0, [](quorum& core, quorum_time now) {
    return core.transfer_leadership(9, now);
  });
  CHECK(nobody.error() == quorum_error::not_a_voter);
}

TEST_CASE("quorum: a leader that stops in order is replaced at once") {
  quorum_cluster x{5};
  x.grow_to(3);
  auto began_ms = x.now_ms();
  x.tell(0, [](quorum& core, quorum_time now) { core.resign(now); });
  CHECK(x.run_until([&] { return x.leader() != 0 && x.leader() != no_node; },
                    1000));
  CHECK(x.now_ms() - began_ms < 20);
}

TEST_CASE("quorum: a leader that is killed is replaced soon") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    quorum_cluster x{seed};
    x.grow_to(3);
    auto began_ms = x.now_ms();
    x.crash(0);
    SUBCASE("noticed by its connections") {
      x.suspect(0);
      CHECK(x.run_until([&] { return x.leader() != no_node; }, 1000));
      CHECK(x.now_ms() - began_ms < 800);
    }
    SUBCASE("not noticed") {
      CHECK(x.run_until([&] { return x.leader() != no_node; }, 5000));
      CHECK(x.now_ms() - began_ms < 2500);
    }
    x.restart(0);
    CHECK(x.run_until([&] { return x.in_step(); }, 2000));
    CHECK(x.violations().empty());
  }
}

TEST_CASE("quorum: with fast settings a hung leader is replaced fast") {
  quorum_cluster x{5};
  x.config.fetch_timeout_ms = 250;
  x.config.election_timeout_ms = 100;
  x.grow_to(3);
  x.run(30000);
  CHECK(x.leader() == 0);
  CHECK(x.at(0).epoch() == 1);
  auto began_ms = x.now_ms();
  x.crash(0);
  CHECK(x.run_until([&] { return x.leader() != no_node; }, 5000));
  CHECK(x.now_ms() - began_ms < 600);
  CHECK(x.violations().empty());
}

TEST_CASE("quorum: an isolated leader steps down, and finds its way back") {
  quorum_cluster x{5};
  x.grow_to(3);
  x.isolate(0);
  REQUIRE(x.propose(0));
  CHECK(
      x.run_until([&] { return x.at(0).role() != quorum_role::leader; }, 3000));
  CHECK(x.run_until([&] { return x.leader() != no_node; }, 3000));
  CHECK(agreed_soon(x));
  auto epoch = x.at(x.leader()).epoch();
  x.run(20000);
  x.mend();
  CHECK(x.run_until([&] { return x.in_step(); }, 2000));
  // It asked for words, not votes, so nobody was disturbed.
  CHECK(x.at(0).epoch() == epoch);
  CHECK(x.proposal(0).forgotten);
  CHECK(x.agreed_values(0) == std::vector<std::string>{"1"});
  CHECK(x.violations().empty());
}
