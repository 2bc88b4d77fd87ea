// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/quorum_fixture.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;
using namespace troupe::cluster::test;
using troupe::storage::buffer;

TEST_CASE("quorum: who knows no leader asks around until told of one") {
  quorum_fixture x{{}};
  x.start();
  CHECK(x.said<quorum_fetch>().empty());
  x.core().set_contacts({1, 7}, x.now());
  x.take();
  auto asked = x.said_to<quorum_fetch>(7);
  CHECK(asked.fetch_offset == 0);
  CHECK(asked.last_fetched_epoch == -1);
  x.forget();
  x.hear(7, quorum_fetched{asked.fetch_id, 5, 8, 0, fetch_refused{}});
  CHECK(x.core().role() == quorum_role::follower);
  CHECK(x.core().leader() == 8);
  CHECK(x.core().epoch() == 5);
  CHECK(x.said_to<quorum_fetch>(8).epoch == 5);
}

TEST_CASE("quorum: a follower has what it asks beyond on disk") {
  quorum_fixture x;
  x.start();
  x.follow(2, 2);
  x.fetched(
      2, 2,
      {make_batch(1, 2, leader_began{2, 2}), make_batch(2, 2, some_delta("a"))},
      2);
  CHECK(x.said_to<quorum_fetch>(2).fetch_offset == 3);
  CHECK(x.said_to<quorum_fetch>(2).last_fetched_epoch == 2);
  CHECK(x.said_to<quorum_fetch>(2).high_watermark == 2);
  CHECK(x.core().high_watermark() == 2);
  CHECK(x.disk().committed() == 2);
  x.restart();
  CHECK(x.disk().end_offset() == 3);
}

TEST_CASE("quorum: a high watermark beyond the own log waits for the log") {
  quorum_fixture x;
  x.start();
  x.follow(2, 2);
  x.fetched(2, 2, {make_batch(1, 2, leader_began{2, 2})}, 100);
  CHECK(x.core().high_watermark() == 2);
}

TEST_CASE("quorum: answers that nobody waits for change nothing") {
  quorum_fixture x;
  x.start();
  x.follow(2, 2);
  auto asked = x.said_to<quorum_fetch>(2);
  quorum_fetched answer{
      asked.fetch_id, 2, 2, 2,
      fetched_batches{encode({make_batch(1, 2, leader_began{2, 2})})}};
  SUBCASE("from another node") {
    x.hear(3, answer);
  }
  SUBCASE("to another question") {
    ++answer.fetch_id;
    x.hear(2, answer);
  }
  SUBCASE("of another epoch") {
    answer.epoch = 1;
    x.hear(2, answer);
  }
  SUBCASE("too late") {
    x.hear(3, epoch_begun{3, 3});
    x.hear(2, answer);
  }
  CHECK(x.disk().end_offset() == 1);
  CHECK(x.core().high_watermark() == 0);
}

TEST_CASE("quorum: bytes that are no batches are refused and asked for again") {
  quorum_fixture x;
  x.start();
  x.follow(2, 2);
  auto asked = x.said_to<quorum_fetch>(2);
  x.forget();
  x.hear(2, quorum_fetched{asked.fetch_id, 2, 2, 2,
                           fetched_batches{buffer::copy_of("rubbish")}});
  CHECK(x.disk().end_offset() == 1);
  CHECK(x.said<quorum_fetch>().empty());
  x.pass(50);
  CHECK(x.said_to<quorum_fetch>(2).fetch_offset == 1);
}

TEST_CASE("quorum: a full disk delays a follower and does not end it") {
  quorum_fixture x;
  x.start();
  x.follow(2, 2);
  x.disk().fail_next(troupe::storage::errc::disk_full);
  x.fetched(2, 2, {make_batch(1, 2, leader_began{2, 2})}, 2);
  CHECK(x.core().role() == quorum_role::follower);
  x.pass(50);
  x.fetched(2, 2, {make_batch(1, 2, leader_began{2, 2})}, 2);
  CHECK(x.core().high_watermark() == 2);
}

TEST_CASE("quorum: a question without an answer is asked again") {
  quorum_fixture x;
  x.start();
  x.follow(2, 2);
  auto first = x.said_to<quorum_fetch>(2).fetch_id;
  x.forget();
  x.pass(600);
  CHECK(x.core().role() == quorum_role::follower);
  CHECK(x.said_to<quorum_fetch>(2).fetch_id > first);
}

TEST_CASE("quorum: a follower whose leader is silent stands for election") {
  quorum_fixture x;
  x.start();
  x.follow(2, 2);
  x.fetched(2, 2, {}, 0);
  x.pass(999);
  CHECK(x.core().role() == quorum_role::follower);
  x.pass(1);
  CHECK(x.core().role() == quorum_role::prospective);
}

TEST_CASE("quorum: an observer whose leader is silent asks others") {
  quorum_fixture x{{voter(2), voter(3)}};
  x.start();
  x.follow(2, 2);
  x.pass(1100);
  CHECK(x.core().role() == quorum_role::unattached);
  CHECK(x.core().leader() == no_node);
  x.forget();
  x.pass(30000);
  CHECK_FALSE(x.said<quorum_fetch>().empty());
}

TEST_CASE("quorum: a leader that says it leads no more is believed") {
  quorum_fixture x;
  x.start();
  x.follow(2, 2);
  auto asked = x.said_to<quorum_fetch>(2);
  x.hear(2, quorum_fetched{asked.fetch_id, 2, no_node, 0, fetch_refused{}});
  CHECK(x.core().role() == quorum_role::unattached);
  x.pass(500);
  CHECK(x.core().role() == quorum_role::prospective);
}

TEST_CASE("quorum: what the leader does not have is cut off") {
  quorum_fixture x;
  (void)x.disk().append_as_leader(some_delta("a"), 1, 0);
  (void)x.disk().append_as_leader(some_delta("b"), 3, 0);
  (void)x.disk().append_as_leader(voters_replaced{{voter(1), voter(2)}}, 3, 0);
  (void)x.disk().sync();
  x.start();
  CHECK(x.disk().voters().size() == 2);
  x.follow(2, 4);
  auto asked = x.said_to<quorum_fetch>(2);
  x.forget();
  x.hear(2, quorum_fetched{asked.fetch_id, 4, 2, 9, log_diverged{2, 5}});
  CHECK(x.disk().end_offset() == 2);
  CHECK(x.effects().truncated_to == 2);
  CHECK(x.effects().voters_changed);
  CHECK(x.disk().voters().size() == 3);
  CHECK(x.core().high_watermark() == 0);
  auto next = x.said_to<quorum_fetch>(2);
  CHECK(next.fetch_offset == 2);
  CHECK(next.last_fetched_epoch == 1);
}

TEST_CASE("quorum: a leader that lacks what was agreed on ends the quorum") {
  quorum_fixture x;
  x.start();
  x.follow(2, 2);
  x.fetched(2, 2, {make_batch(1, 2, leader_began{2, 2})}, 2);
  auto asked = x.said_to<quorum_fetch>(2);
  x.hear(2, quorum_fetched{asked.fetch_id, 2, 2, 2, log_diverged{1, 1}});
  CHECK(x.core().role() == quorum_role::failed);
  CHECK(x.disk().end_offset() == 2);
}
