// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/quorum_cluster.h>
#include <tests/cluster/quorum_fixture.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;
using namespace troupe::cluster::test;
using troupe::storage::buffer;

namespace {

const snapshot_id three_entries{3, 2};

buffer snapshot() {
  return encode(quorum_batches{
      make_batch(0, 1, voters_replaced{{voter(1), voter(2), voter(3)}}),
      make_batch(1, 2, leader_began{2, 2}), make_batch(2, 2, some_delta("a"))});
}

/// A follower that was told to load the snapshot, and asks for its beginning.
snapshot_fetch begin(quorum_fixture& x) {
  x.start();
  x.follow(2, 2);
  auto asked = x.said_to<quorum_fetch>(2);
  x.hear(2, quorum_fetched{asked.fetch_id, 2, 2, 3,
                           snapshot_needed{three_entries}});
  return x.said_to<snapshot_fetch>(2);
}

snapshot_fetched piece(const snapshot_fetch& asked, size_t size) {
  auto whole = snapshot();
  auto position = static_cast<size_t>(asked.position);
  return {asked.fetch_id, 2, 2,
          snapshot_chunk{whole.size(), whole.slice(position, size)}};
}

} // namespace

TEST_CASE("quorum: who lacks the beginning loads a snapshot in pieces") {
  quorum_fixture x;
  auto first = begin(x);
  CHECK(first.snapshot == three_entries);
  CHECK(first.position == 0);
  x.hear(2, piece(first, 10));
  auto second = x.said_to<snapshot_fetch>(2);
  CHECK(second.position == 10);
  CHECK(x.disk().end_offset() == 1);
  x.hear(2, piece(second, snapshot().size() - 10));
  CHECK(x.disk().start_offset() == 3);
  CHECK(x.disk().end_offset() == 3);
  CHECK(x.core().high_watermark() == 3);
  CHECK(x.effects().log_replaced);
  auto next = x.said_to<quorum_fetch>(2);
  CHECK(next.fetch_offset == 3);
  CHECK(next.last_fetched_epoch == 2);
}

TEST_CASE("quorum: a snapshot that is gone is asked for anew") {
  quorum_fixture x;
  auto first = begin(x);
  x.forget();
  SUBCASE("gone") {
    x.hear(2, snapshot_fetched{first.fetch_id, 2, 2, snapshot_gone{}});
  }
  SUBCASE("empty") {
    x.hear(2, snapshot_fetched{first.fetch_id, 2, 2, snapshot_chunk{10, {}}});
  }
  SUBCASE("longer than it says") {
    x.hear(2, snapshot_fetched{first.fetch_id, 2, 2,
                               snapshot_chunk{3, buffer::copy_of("four")}});
  }
  SUBCASE("longer than may be") {
    x.hear(2,
           snapshot_fetched{first.fetch_id, 2, 2,
                            snapshot_chunk{1ull << 40, buffer::copy_of("x")}});
  }
  SUBCASE("damaged") {
    x.hear(2, snapshot_fetched{first.fetch_id, 2, 2,
                               snapshot_chunk{4, buffer::copy_of("four")}});
  }
  CHECK(x.core().role() == quorum_role::follower);
  CHECK(x.said<quorum_fetch>().empty());
  x.pass(60);
  CHECK(x.said_to<quorum_fetch>(2).fetch_offset == 1);
}

TEST_CASE("quorum: a snapshot of what is agreed on already is not loaded") {
  quorum_fixture x;
  x.start();
  x.follow(2, 2);
  x.fetched(2, 2, {make_batch(1, 2, leader_began{2, 2})}, 2);
  auto asked = x.said_to<quorum_fetch>(2);
  x.hear(2, quorum_fetched{asked.fetch_id, 2, 2, 2, snapshot_needed{{2, 2}}});
  x.pass(60);
  CHECK(x.said<snapshot_fetch>().empty());
}

TEST_CASE("quorum: a node that was away for long gets in step by a snapshot") {
  quorum_cluster x{3};
  x.snapshot_every = 5;
  x.config.snapshot_chunk_bytes_max = 64;
  x.grow_to(3);
  x.crash(2);
  for (int i = 0; i < 40; ++i) {
    REQUIRE(x.propose(x.leader()));
    x.run(20);
  }
  CHECK(x.disk(0).start_offset() > x.disk(2).end_offset());
  x.restart(2);
  CHECK(x.run_until([&] { return x.in_step(); }, 3000));
  CHECK(x.disk(2).start_offset() > 0);
  CHECK(x.agreed_values(2) == x.agreed_values(0));
  CHECK(x.violations().empty());
}

TEST_CASE("quorum: only the leader gives a snapshot, and only one it has") {
  quorum_cluster x{3};
  x.snapshot_every = 5;
  x.grow_to(2);
  for (int i = 0; i < 10; ++i) {
    REQUIRE(x.propose(0));
    x.run(20);
  }
  auto id = x.disk(0).newest_snapshot();
  REQUIRE(id);
  auto ask = [&](node_id whom, snapshot_id snapshot, uint64_t position) {
    auto& core = x.at(whom);
    core.receive(1 - whom,
                 snapshot_fetch{7, core.epoch(), 1 - whom, snapshot, position},
                 {x.now_ms(), x.now_ms()});
    auto effects = core.take_effects();
    REQUIRE(effects.messages.size() == 1);
    return std::get<snapshot_fetched>(effects.messages[0].message).what;
  };
  CHECK(std::holds_alternative<fetch_refused>(ask(1, *id, 0)));
  CHECK(std::holds_alternative<snapshot_chunk>(ask(0, *id, 0)));
  CHECK(std::holds_alternative<snapshot_gone>(ask(0, *id, 1u << 20)));
  CHECK(std::holds_alternative<snapshot_gone>(ask(0, {1, 1}, 0)));
}
