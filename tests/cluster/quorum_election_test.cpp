// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/quorum_fixture.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

vote_request asks(vote_kind kind, leader_epoch_t epoch, node_id candidate,
                  leader_epoch_t last_epoch, offset_t end_offset) {
  return {"cluster", kind, epoch, candidate, last_epoch, end_offset};
}

} // namespace

TEST_CASE("quorum: a voter that hears of no leader asks before it stands") {
  quorum_fixture x;
  x.start();
  CHECK(x.core().role() == quorum_role::unattached);
  x.pass(1000);
  CHECK(x.core().role() == quorum_role::prospective);
  CHECK(x.core().epoch() == 1);
  CHECK(x.said_to<vote_request>(2) == asks(vote_kind::pre_vote, 1, 1, 1, 1));
  CHECK(x.said_to<vote_request>(3) == asks(vote_kind::pre_vote, 1, 1, 1, 1));
  CHECK(x.disk().election() == election_state{1, no_node});
}

TEST_CASE("quorum: with a majority's word it votes for itself, durably") {
  quorum_fixture x;
  x.start();
  x.pass(1000);
  x.forget();
  x.hear(2, vote_answer{vote_kind::pre_vote, 1, no_node, true});
  CHECK(x.core().role() == quorum_role::candidate);
  CHECK(x.disk().election() == election_state{2, 1});
  CHECK(x.said_to<vote_request>(3) == asks(vote_kind::vote, 2, 1, 1, 1));
  x.forget();
  x.hear(3, vote_answer{vote_kind::vote, 2, no_node, true});
  CHECK(x.core().role() == quorum_role::leader);
  CHECK_FALSE(x.core().ready());
  CHECK(x.said_to<epoch_begun>(2) == epoch_begun{2, 1});
  CHECK(x.disk().batches().back()->what == quorum_entry{leader_began{2, 1}});
}

TEST_CASE("quorum: words of those who do not vote, or twice, do not count") {
  quorum_fixture x{{voter(1), voter(2), voter(3), voter(4), voter(5)}};
  x.start();
  x.pass(1000);
  x.hear(9, vote_answer{vote_kind::pre_vote, 1, no_node, true});
  x.hear(2, vote_answer{vote_kind::pre_vote, 1, no_node, true});
  x.hear(2, vote_answer{vote_kind::pre_vote, 1, no_node, true});
  x.hear(3, vote_answer{vote_kind::vote, 1, no_node, true});
  CHECK(x.core().role() == quorum_role::prospective);
  x.hear(4, vote_answer{vote_kind::pre_vote, 1, no_node, true});
  CHECK(x.core().role() == quorum_role::candidate);
}

TEST_CASE("quorum: a lost election is tried again, in a newer epoch") {
  quorum_fixture x;
  x.start();
  x.pass(1000);
  x.hear(2, vote_answer{vote_kind::pre_vote, 1, no_node, true});
  x.hear(2, vote_answer{vote_kind::vote, 2, no_node, false});
  CHECK(x.core().role() == quorum_role::candidate);
  x.hear(3, vote_answer{vote_kind::vote, 2, no_node, false});
  CHECK(x.core().role() == quorum_role::unattached);
  x.elect();
  CHECK(x.core().epoch() == 3);
}

TEST_CASE("quorum: nobody gets a vote whose log is shorter") {
  quorum_fixture x;
  (void)x.disk().append_as_leader(some_delta("a"), 1, 0);
  (void)x.disk().sync();
  x.start();
  for (auto kind : {vote_kind::pre_vote, vote_kind::vote}) {
    x.forget();
    x.hear(2, asks(kind, 3, 2, 1, 1));
    CHECK(x.said_to<vote_answer>(2) == vote_answer{kind, 3, no_node, false});
    x.hear(2, asks(kind, 3, 2, 0, 9));
    CHECK_FALSE(x.said_to<vote_answer>(2).granted);
  }
  x.forget();
  x.hear(3, asks(vote_kind::vote, 3, 3, 1, 2));
  CHECK(x.said_to<vote_answer>(3).granted);
}

TEST_CASE("quorum: one vote per epoch, and a crash does not give another") {
  quorum_fixture x;
  x.start();
  x.hear(2, asks(vote_kind::vote, 2, 2, 1, 1));
  CHECK(x.said_to<vote_answer>(2).granted);
  x.hear(3, asks(vote_kind::vote, 2, 3, 1, 1));
  CHECK_FALSE(x.said_to<vote_answer>(3).granted);
  x.restart();
  x.hear(3, asks(vote_kind::vote, 2, 3, 1, 1));
  CHECK_FALSE(x.said_to<vote_answer>(3).granted);
  x.hear(2, asks(vote_kind::vote, 2, 2, 1, 1));
  CHECK(x.said_to<vote_answer>(2).granted);
}

TEST_CASE("quorum: a vote that the disk did not take is not given") {
  quorum_fixture x;
  x.start();
  x.disk().fail_next(troupe::storage::errc::disk_full);
  x.hear(2, asks(vote_kind::vote, 1, 2, 1, 1));
  CHECK(x.said<vote_answer>().empty());
  x.hear(2, asks(vote_kind::vote, 1, 2, 1, 1));
  CHECK(x.said_to<vote_answer>(2).granted);
}

TEST_CASE("quorum: a disk that fails ends the quorum on this node") {
  quorum_fixture x;
  x.start();
  x.forget();
  x.disk().fail_next(troupe::storage::errc::io);
  x.hear(2, asks(vote_kind::vote, 1, 2, 1, 1));
  CHECK(x.core().role() == quorum_role::failed);
  REQUIRE(x.core().storage_error());
  x.hear(2, asks(vote_kind::vote, 2, 2, 1, 1));
  x.pass(10000);
  CHECK(x.effects().messages.empty());
}

TEST_CASE("quorum: a follower that hears its leader says no to a pre-vote") {
  quorum_fixture x;
  x.start();
  x.follow(2, 2);
  // It was told of a leader, but has not heard it yet.
  x.hear(3, asks(vote_kind::pre_vote, 2, 3, 1, 1));
  CHECK(x.said_to<vote_answer>(3)
        == vote_answer{vote_kind::pre_vote, 2, 2, true});
  x.fetched(2, 2, {}, 0);
  x.hear(3, asks(vote_kind::pre_vote, 2, 3, 1, 1));
  CHECK(x.said_to<vote_answer>(3)
        == vote_answer{vote_kind::pre_vote, 2, 2, false});
  x.core().suspect(2, x.now());
  x.hear(3, asks(vote_kind::pre_vote, 2, 3, 1, 1));
  CHECK(x.said_to<vote_answer>(3).granted);
}

TEST_CASE("quorum: whoever lost its disk does not vote") {
  quorum_fixture x{{}};
  x.start();
  x.hear(2, asks(vote_kind::vote, 5, 2, 3, 100));
  CHECK_FALSE(x.said_to<vote_answer>(2).granted);
  CHECK(x.disk().election() == election_state{5, no_node});
}

TEST_CASE("quorum: a suspicion makes it ask soon, a denial calms it") {
  quorum_fixture x;
  x.start();
  x.follow(2, 2);
  x.fetched(2, 2, {}, 0);
  x.core().suspect(3, x.now());
  x.pass(50);
  CHECK(x.core().role() == quorum_role::follower);
  x.core().suspect(2, x.now());
  x.forget();
  x.pass(50);
  CHECK(x.core().role() == quorum_role::prospective);
  CHECK(x.core().leader() == 2);
  SUBCASE("by the others") {
    x.hear(3, vote_answer{vote_kind::pre_vote, 2, 2, false});
    CHECK(x.core().role() == quorum_role::prospective);
    x.hear(2, vote_answer{vote_kind::pre_vote, 2, 2, false});
  }
  SUBCASE("by the leader") {
    x.pass(200);
    x.fetched(2, 2, {}, 0);
  }
  CHECK(x.core().role() == quorum_role::follower);
  CHECK(x.core().leader() == 2);
  CHECK(x.core().epoch() == 2);
}

TEST_CASE("quorum: a foreign cluster's candidate is not answered") {
  quorum_fixture x;
  x.start();
  auto request = asks(vote_kind::vote, 9, 2, 1, 1);
  request.cluster_id = "other";
  x.hear(2, request);
  x.hear(3, asks(vote_kind::vote, 9, 2, 1, 1));
  CHECK(x.said<vote_answer>().empty());
  CHECK(x.core().epoch() == 1);
}

TEST_CASE("quorum: who speaks for an older epoch is told the newer one") {
  quorum_fixture x;
  x.start();
  x.follow(2, 4);
  x.hear(3, epoch_begun{3, 3});
  CHECK(x.said_to<epoch_outdated>(3) == epoch_outdated{4, 2});
  CHECK(x.core().leader() == 2);
  x.hear(3, asks(vote_kind::vote, 3, 3, 9, 9));
  CHECK(x.said_to<vote_answer>(3) == vote_answer{vote_kind::vote, 4, 2, false});
}

TEST_CASE("quorum: the first successor of a leader stands without asking") {
  quorum_fixture x;
  x.start();
  x.follow(2, 2);
  x.fetched(2, 2, {}, 0);
  x.forget();
  x.hear(2, epoch_ended{2, 2, {1, 3}});
  CHECK(x.core().role() == quorum_role::candidate);
  CHECK(x.said_to<vote_request>(3) == asks(vote_kind::vote, 3, 1, 1, 1));
  // Said twice, heard once.
  x.hear(2, epoch_ended{2, 2, {1, 3}});
  CHECK(x.core().epoch() == 3);
}

TEST_CASE("quorum: the second successor waits for the first") {
  quorum_fixture x;
  x.start();
  x.follow(2, 2);
  x.hear(2, epoch_ended{2, 2, {3, 1}});
  CHECK(x.core().role() == quorum_role::unattached);
  x.pass(200);
  CHECK(x.core().role() == quorum_role::unattached);
  x.pass(700);
  CHECK(x.core().role() == quorum_role::prospective);
}

TEST_CASE("quorum: without a vote nobody stands") {
  quorum_fixture x{{voter(2), voter(3), voter(4)}};
  x.start();
  x.pass(20000);
  CHECK(x.said<vote_request>().empty());
  CHECK(x.core().role() == quorum_role::unattached);
  CHECK_FALSE(x.core().is_voter());
}

TEST_CASE("quorum: a removal that is not agreed on leaves one standing") {
  quorum_fixture x;
  (void)x.disk().append_as_leader(voters_replaced{{voter(2), voter(3)}}, 1, 0);
  (void)x.disk().sync();
  x.start();
  x.elect();
  CHECK(x.core().epoch() == 2);
  CHECK_FALSE(x.core().is_voter());
  x.fetch_from(2, 3, 2);
  CHECK(x.core().role() == quorum_role::leader);
  x.fetch_from(3, 3, 2);
  CHECK(x.core().high_watermark() == 3);
  CHECK(x.core().role() == quorum_role::unattached);
  x.pass(20000);
  CHECK(x.core().epoch() == 2);
}
