// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/quorum_fixture.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

/// Node 1 leads in epoch 2 and the majority knows: the log is the voters, and
/// that it leads.
struct leader_fixture : quorum_fixture {
  leader_fixture() {
    start();
    elect();
    fetch_from(2, 2, 2);
    REQUIRE(core().ready());
    fetch_from(3, 2, 2);
    pass(0);
    forget();
  }

  offset_t propose(const std::string& value) {
    auto end =
        core().propose(some_delta(value), troupe::storage::no_offset, now());
    REQUIRE(end);
    take();
    return *end;
  }
};

} // namespace

TEST_CASE("quorum: a leader counts nothing before an entry of its own epoch") {
  quorum_fixture x;
  (void)x.disk().append_as_leader(some_delta("a"), 1, 0);
  (void)x.disk().sync();
  x.start();
  x.elect();
  x.fetch_from(2, 2, 1);
  x.fetch_from(3, 2, 1);
  CHECK(x.core().high_watermark() == 0);
  CHECK(x.core().propose(some_delta("b"), -1, x.now()).error()
        == quorum_error::not_ready);
  x.fetch_from(3, 3, 2);
  CHECK(x.core().high_watermark() == 3);
  CHECK(x.core().ready());
}

TEST_CASE("quorum: an entry is agreed on when a majority has it on disk") {
  leader_fixture x;
  CHECK(x.propose("a") == 3);
  CHECK(x.effects().flush_wanted);
  x.core().flush(x.now());
  x.take();
  CHECK(x.core().high_watermark() == 2);
  x.fetch_from(2, 3, 2);
  CHECK(x.core().high_watermark() == 3);
}

TEST_CASE("quorum: followers do not make up for a leader's unsynced copy") {
  leader_fixture x;
  x.propose("a");
  x.fetch_from(2, 3, 2);
  x.fetch_from(3, 3, 2);
  CHECK(x.core().high_watermark() == 2);
  x.core().flush(x.now());
  CHECK(x.core().high_watermark() == 3);
}

TEST_CASE("quorum: a fetch waits for news, but not for ever") {
  leader_fixture x;
  x.fetch_from(2, 2, 2, 11);
  CHECK(x.said<quorum_fetched>().empty());
  SUBCASE("an entry") {
    x.propose("a");
    auto answer = x.said_to<quorum_fetched>(2);
    CHECK(answer.fetch_id == 11);
    CHECK(answer.what
          == decltype(answer.what){
              fetched_batches{encode({make_batch(2, 2, some_delta("a"))})}});
  }
  SUBCASE("a higher watermark") {
    x.propose("a");
    x.core().flush(x.now());
    x.forget();
    x.fetch_from(2, 3, 2, 12);
    CHECK(x.said_to<quorum_fetched>(2).high_watermark == 3);
  }
  SUBCASE("nothing new") {
    x.pass(250);
    auto answer = x.said_to<quorum_fetched>(2);
    CHECK(answer.fetch_id == 11);
    CHECK(answer.what == decltype(answer.what){fetched_batches{}});
  }
  SUBCASE("another leader") {
    x.hear(3, epoch_begun{3, 3});
    auto answer = x.said_to<quorum_fetched>(2);
    CHECK(answer.epoch == 3);
    CHECK(answer.what == decltype(answer.what){fetch_refused{}});
  }
}

TEST_CASE("quorum: whose log differs is told where") {
  leader_fixture x;
  x.fetch_from(2, 5, 1);
  CHECK(std::get<log_diverged>(x.said_to<quorum_fetched>(2).what)
        == log_diverged{1, 1});
  x.forget();
  x.fetch_from(2, 5, 2);
  CHECK(std::get<log_diverged>(x.said_to<quorum_fetched>(2).what)
        == log_diverged{2, 2});
  x.propose("a");
  x.core().flush(x.now());
  CHECK(x.core().high_watermark() == 2);
}

TEST_CASE("quorum: an acknowledgement from another epoch does not count") {
  leader_fixture x;
  x.propose("a");
  x.core().flush(x.now());
  x.hear(2, quorum_fetch{1, 1, 2, 3, 2, 0});
  CHECK(x.said<quorum_fetched>().back().second.what
        == decltype(quorum_fetched::what){fetch_refused{}});
  x.hear(2, quorum_fetch{1, 2, 3, 3, 2, 0});
  CHECK(x.core().high_watermark() == 2);
}

TEST_CASE("quorum: an older acknowledgement that comes late takes nothing") {
  leader_fixture x;
  x.propose("a");
  x.core().flush(x.now());
  x.fetch_from(2, 3, 2);
  x.fetch_from(2, 2, 2);
  CHECK(x.core().high_watermark() == 3);
  auto seen = x.core().describe(x.now());
  REQUIRE(seen.replicas.size() == 3);
  CHECK(seen.replicas[1].end_offset == 3);
}

TEST_CASE("quorum: a decision on an older state of things is refused") {
  leader_fixture x;
  x.propose("a");
  CHECK(x.core().propose(some_delta("b"), 2, x.now()).error()
        == quorum_error::log_moved_on);
  CHECK(x.core().propose(some_delta("b"), 3, x.now()) == 4);
}

TEST_CASE("quorum: a delta that the metadata contradicts changes nothing") {
  leader_fixture x;
  x.disk().fail_next(troupe::storage::errc::invalid_argument);
  CHECK(x.core().propose(some_delta("a"), -1, x.now()).error()
        == quorum_error::invalid_delta);
  x.disk().fail_next(troupe::storage::errc::disk_full);
  CHECK(x.core().propose(some_delta("a"), -1, x.now()).error()
        == quorum_error::storage_unavailable);
  CHECK(x.core().role() == quorum_role::leader);
  CHECK(x.disk().end_offset() == 2);
}

TEST_CASE("quorum: a sync that fails ends the office and the quorum") {
  leader_fixture x;
  x.propose("a");
  x.disk().fail_next(troupe::storage::errc::io);
  x.core().flush(x.now());
  CHECK(x.core().role() == quorum_role::failed);
  CHECK(x.core().propose(some_delta("b"), -1, x.now()).error()
        == quorum_error::storage_failed);
}

TEST_CASE("quorum: a leader that no majority asks steps down") {
  leader_fixture x;
  for (int i = 0; i < 10; ++i) {
    x.pass(400);
    x.fetch_from(2, 2, 2);
  }
  CHECK(x.core().role() == quorum_role::leader);
  x.pass(1499);
  CHECK(x.core().role() == quorum_role::leader);
  x.pass(1);
  CHECK(x.core().role() == quorum_role::unattached);
  CHECK(x.said_to<epoch_ended>(3).epoch == 2);
}

TEST_CASE("quorum: a leader reminds voters that do not ask") {
  leader_fixture x;
  x.pass(400);
  x.fetch_from(2, 2, 2);
  x.forget();
  x.pass(400);
  CHECK(x.said_to<epoch_begun>(3) == epoch_begun{2, 1});
  for (const auto& [to, message] : x.said<epoch_begun>())
    CHECK(to == 3);
}

TEST_CASE("quorum: a follower of a newer epoch ends an office") {
  leader_fixture x;
  x.hear(2, quorum_fetch{1, 7, 2, 2, 2, 0});
  CHECK(x.core().role() == quorum_role::unattached);
  CHECK(x.core().epoch() == 7);
  CHECK(x.core().propose(some_delta("a"), -1, x.now()).error()
        == quorum_error::not_leader);
}

TEST_CASE("quorum: observers beyond the bound are refused, voters never") {
  leader_fixture x;
  for (node_id id = 10; id < 1100; ++id)
    x.fetch_from(id, 0, -1);
  x.forget();
  x.fetch_from(2000, 0, -1);
  CHECK(std::holds_alternative<fetch_refused>(
      x.said_to<quorum_fetched>(2000).what));
  x.fetch_from(3, 0, -1);
  CHECK(std::holds_alternative<fetched_batches>(
      x.said_to<quorum_fetched>(3).what));
}

TEST_CASE("quorum: a leader restarted is a leader no more") {
  leader_fixture x;
  x.restart();
  CHECK(x.core().role() == quorum_role::unattached);
  CHECK(x.core().epoch() == 2);
  x.hear(2, vote_answer{vote_kind::vote, 2, no_node, true});
  CHECK(x.core().role() == quorum_role::unattached);
}
