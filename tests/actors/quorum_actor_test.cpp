// SPDX-License-Identifier: Apache-2.0
#include "quorum_actor_fixture.h"

#include <cerrno>

using namespace troupe;
using namespace troupe::actors;
using cluster::node_id;
using cluster::refusal;
using storage::test::operation;

TEST_CASE("quorum: a node that is alone leads at once and decides alone") {
  quorum_actor_fixture x;
  x.start(1);
  REQUIRE_FALSE(x.told_to(1).changes.empty());
  const auto& now = x.told_to(1).changes.back();
  CHECK(now.self_leads);
  CHECK(now.leader == 1);
  auto decided = x.start_proposing(1, x.topic("a"));
  REQUIRE(decided->has_value());
  CHECK((*decided)->why.ok());
  CHECK((*decided)->image->find("a") != nullptr);
  CHECK(x.image(1).find("a") != nullptr);
}

TEST_CASE("quorum: a node that is alone is not woken up") {
  quorum_actor_fixture x;
  x.start(1);
  x.advance(2000);
  auto looks = x.looks_at_clock;
  x.advance(5000);
  CHECK(x.looks_at_clock == looks);
}

TEST_CASE("quorum: a node that is alone knows after a restart what it knew") {
  quorum_actor_fixture x;
  x.start(1);
  REQUIRE(x.propose(1, x.topic("a")).why.ok());
  x.crash(1);
  x.start(1);
  CHECK(x.told_to(1).changes.back().self_leads);
  CHECK(x.told_to(1).changes.back().image->find("a") != nullptr);
}

TEST_CASE("quorum: registered nodes that follow become voters") {
  quorum_actor_fixture x;
  for (node_id id : {1, 2, 3, 4})
    x.start(id);
  REQUIRE(x.await_leader() == 1);
  x.advance(3000);
  // Nobody knows where they are.
  CHECK(x.describe(1).voters.size() == 1);
  for (node_id id : {1, 2, 3, 4})
    REQUIRE(
        x.propose(1, {cluster::node_registered{x.registration(id)}}).why.ok());
  x.advance(4000);
  auto voters = x.describe(1).voters;
  REQUIRE(voters.size() == 3);
  CHECK(voters[0].port == 9001);
  CHECK(voters[2].port > 9001);
  x.advance(4000);
  CHECK(x.image(4).voters == voters);
  CHECK(x.describe(1).replicas.size() == 4);
}

TEST_CASE("quorum: nodes that are fenced or leaving do not become voters") {
  quorum_actor_fixture x;
  for (node_id id : {1, 2, 3})
    x.start(id);
  REQUIRE(x.await_leader() == 1);
  auto fenced = x.registration(2);
  fenced.fenced = true;
  auto leaving = x.registration(3);
  leaving.leaving = true;
  REQUIRE(x.propose(1, {cluster::node_registered{x.registration(1)},
                        cluster::node_registered{fenced},
                        cluster::node_registered{leaving}})
              .why.ok());
  x.advance(4000);
  CHECK(x.describe(1).voters.size() == 1);
}

TEST_CASE("quorum: a decision reaches every node") {
  quorum_actor_fixture x;
  x.start_three();
  auto decided = x.propose(1, x.topic("a"));
  REQUIRE(decided.why.ok());
  CHECK(decided.image->find("a") != nullptr);
  x.advance(100);
  CHECK(x.all_have("a"));
  CHECK(x.image(2).end_offset == x.image(1).end_offset);
}

TEST_CASE("quorum: who does not lead refuses to decide") {
  quorum_actor_fixture x;
  x.start_three();
  auto refused = x.propose(2, x.topic("a"));
  CHECK(is(refused.why, refusal::not_controller));
  CHECK(refused.image == nullptr);
}

TEST_CASE("quorum: a decision against an older image is refused") {
  quorum_actor_fixture x;
  x.start(1);
  propose_records order{x.topic("a"), x.image(1).end_offset};
  CHECK(x.ask<records_committed>(x.quorum_of(1), order).why.ok());
  order.records = x.topic("b");
  CHECK_FALSE(x.ask<records_committed>(x.quorum_of(1), order).why.ok());
  CHECK(x.image(1).find("b") == nullptr);
}

TEST_CASE("quorum: a change that contradicts the metadata is refused") {
  quorum_actor_fixture x;
  x.start(1);
  REQUIRE(x.propose(1, x.topic("a")).why.ok());
  CHECK(is(x.propose(1, x.topic("a")).why, refusal::invalid_request));
  CHECK(x.propose(1, x.topic("b")).why.ok());
}

TEST_CASE("quorum: proposals that wait together share one sync") {
  quorum_actor_fixture x;
  x.start(1);
  REQUIRE(x.propose(1, x.topic("first")).why.ok());
  auto syncs = x.disk(1).syncs();
  for (int i = 0; i < 10; ++i)
    caf::anon_send(x.quorum_of(1),
                   propose_records{x.topic("t" + std::to_string(i))});
  x.run();
  CHECK(x.image(1).topics.size() == 11);
  CHECK(x.disk(1).syncs() <= syncs + 2);
}

TEST_CASE("quorum: when the leader dies another one leads, with all it had") {
  quorum_actor_fixture x;
  x.start_three();
  REQUIRE(x.propose(1, x.topic("a")).why.ok());
  x.crash(1);
  auto died_ms = x.now_ms;
  auto next = x.await_leader();
  REQUIRE(next != cluster::no_node);
  CHECK(x.now_ms - died_ms < 5000);
  CHECK(x.told_to(next).changes.back().image->find("a") != nullptr);
  REQUIRE(x.propose(next, x.topic("b")).why.ok());
  x.start(1);
  x.advance(2000);
  CHECK(x.all_have("b"));
  CHECK(x.told_to(1).changes.back().leader == next);
}

TEST_CASE("quorum: a broken connection to the leader hastens an election") {
  quorum_actor_fixture x;
  x.start_three();
  x.crash(1);
  for (node_id id : {2, 3})
    x.tell(x.quorum_of(id), peer_lost{1});
  auto died_ms = x.now_ms;
  REQUIRE(x.await_leader() != cluster::no_node);
  CHECK(x.now_ms - died_ms < 1000);
}

TEST_CASE("quorum: a leader that is cut off gives up what nobody else has") {
  quorum_actor_fixture x;
  x.start_three();
  x.isolate(1);
  auto lost = x.start_proposing(1, x.topic("lost"));
  x.advance(5000);
  CHECK_FALSE(lost->has_value());
  CHECK_FALSE(x.told_to(1).changes.back().self_leads);
  auto next = x.await_leader();
  REQUIRE(next != cluster::no_node);
  REQUIRE(next != 1);
  REQUIRE(x.propose(next, x.topic("kept")).why.ok());
  x.heal();
  x.advance(5000);
  REQUIRE(lost->has_value());
  CHECK(is((*lost)->why, refusal::not_controller));
  CHECK(x.all_have("kept"));
  CHECK(x.image(1).find("lost") == nullptr);
}

TEST_CASE("quorum: a leader that resigns makes way at once") {
  quorum_actor_fixture x;
  x.start_three();
  x.ask<leadership_resigned>(x.quorum_of(1), resign_leadership{});
  CHECK_FALSE(x.told_to(1).changes.back().self_leads);
  auto resigned_ms = x.now_ms;
  auto next = x.await_leader();
  CHECK(next != 1);
  CHECK(x.now_ms - resigned_ms < 500);
}

TEST_CASE("quorum: a node that was away long goes on from a snapshot") {
  quorum_actor_fixture x;
  x.snapshot_records = 10;
  x.start_three();
  x.crash(3);
  for (int i = 0; i < 60; ++i)
    REQUIRE(x.propose(1, x.topic("t" + std::to_string(i))).why.ok());
  x.start(3);
  x.advance(3000);
  CHECK(x.image(3).topics.size() == 60);
  REQUIRE(x.propose(1, x.topic("more")).why.ok());
  x.advance(500);
  CHECK(x.all_have("more"));
}

TEST_CASE("quorum: a voter that is removed does not vote any more") {
  quorum_actor_fixture x;
  x.start_three();
  auto leaving = x.registration(3);
  leaving.leaving = true;
  REQUIRE(x.propose(1, {cluster::node_registered{leaving}}).why.ok());
  REQUIRE(x.ask<voter_removed>(x.quorum_of(1), remove_voter{3}).why.ok());
  x.advance(3000);
  CHECK(x.describe(1).voters.size() == 2);
  CHECK(x.image(3).voters.size() == 2);
  // It is what was wanted, also when it is so already.
  CHECK(x.ask<voter_removed>(x.quorum_of(1), remove_voter{3}).why.ok());
}

TEST_CASE("quorum: a leader whose disk fails leads no more and says so") {
  quorum_actor_fixture x;
  x.start_three();
  x.disk(1).inject(operation::sync, "", EIO);
  auto lost = x.start_proposing(1, x.topic("a"));
  REQUIRE(lost->has_value());
  CHECK_FALSE((*lost)->why.ok());
  CHECK_FALSE(x.told_to(1).changes.back().self_leads);
  auto next = x.await_leader();
  CHECK(next != 1);
  REQUIRE(x.propose(next, x.topic("b")).why.ok());
}
