// SPDX-License-Identifier: Apache-2.0
#include "replicated_fixture.h"

using namespace troupe;
using namespace troupe::actors;

namespace {

constexpr int16_t acks_all = -1;
using tickets = std::vector<ticket_t>;

} // namespace

TEST_CASE("partition: acks=all waits for the follower, acks=1 does not") {
  replicated_fixture x;
  x.append(1, 1);
  x.append(2, acks_all);
  CHECK(x.answered() == tickets{1});
  x.pull(0);
  REQUIRE(x.pulled.size() == 1);
  CHECK(x.pulled[0].records.size > 0);
  CHECK(x.answered() == tickets{1});
  x.pull(2);
  CHECK(x.answered() == tickets{1, 2});
  CHECK(x.told.appends[1].why.ok());
}

TEST_CASE("partition: a pull that finds nothing waits for records") {
  replicated_fixture x;
  x.pull_and_wait(0);
  x.append(1);
  REQUIRE(x.pulled.size() == 1);
  CHECK(x.pulled[0].outcome.why.ok());
  CHECK(x.pulled[0].outcome.fetch_offset == 0);
  CHECK(x.pulled[0].records.size > 0);
}

TEST_CASE("partition: a waiting follower learns of a new high watermark") {
  replicated_fixture x;
  x.append(1);
  x.pull(0);
  REQUIRE(x.pulled.size() == 1);
  CHECK(x.pulled[0].outcome.high_watermark == 0);
  // Its own pull moves it: there is news at once.
  x.pull(1);
  REQUIRE(x.pulled.size() == 2);
  CHECK(x.pulled[1].outcome.high_watermark == 1);
  CHECK(x.pulled[1].records.size == 0);
  x.pull(1);
  CHECK(x.pulled.size() == 2);
}

TEST_CASE("partition: a pull whose time is over is answered empty") {
  replicated_fixture x;
  x.pull_and_wait(0);
  x.steady_ms = 999;
  x.tell(x.partition, check_replicas{});
  CHECK(x.pulled.empty());
  x.steady_ms = 1'000;
  x.tell(x.partition, check_replicas{});
  REQUIRE(x.pulled.size() == 1);
  CHECK(x.pulled[0].outcome.why.ok());
  CHECK(x.pulled[0].records.size == 0);
}

TEST_CASE("partition: a newer pull takes the place of one that waits") {
  replicated_fixture x;
  x.pull_and_wait(0);
  x.pull(0);
  x.append(1);
  CHECK(x.pulled.size() == 1);
}

TEST_CASE("partition: a cold pull comes back once the slice is in memory") {
  replicated_fixture x;
  x.append(1);
  x.store.fs.set_cold(true);
  x.pull(0);
  CHECK(x.pulled.empty());
  REQUIRE(x.cold_reads.size() == 1);
  x.store.fs.set_cold(false);
  x.cold_reads[0].done();
  x.run();
  REQUIRE(x.pulled.size() == 1);
  CHECK(x.pulled[0].records.size > 0);
}

TEST_CASE("partition: strangers leave no trace") {
  replicated_fixture x;
  pull_records stranger;
  stranger.request.replica = 9;
  stranger.request.topic_id = x.store.options.topic_id;
  stranger.request.leader_epoch = x.epoch;
  stranger.request.wait_ms_max = 1'000;
  stranger.carrier = x.carrier;
  x.tell(x.partition, stranger);
  REQUIRE(x.pulled.size() == 1);
  CHECK(is(x.pulled[0].outcome.why, errc::unknown_leader_epoch));
}

TEST_CASE("partition: who lags is proposed to leave, and the rest goes on") {
  replicated_fixture x;
  x.append(1, acks_all);
  x.steady_ms = 1'001;
  x.tell(x.partition, check_replicas{});
  REQUIRE(x.proposals.size() == 1);
  CHECK(x.proposals[0].leader == this_node);
  CHECK(x.proposals[0].topic_id == x.store.options.topic_id);
  CHECK(x.proposals[0].leader_epoch == x.epoch);
  CHECK(x.proposals[0].partition_epoch == 1);
  CHECK(x.proposals[0].isr == std::vector<cluster::node_id>{this_node});
  CHECK(x.answered().empty());
  x.tell(x.partition, check_replicas{});
  CHECK(x.proposals.size() == 1);
  x.lead(2, {this_node});
  CHECK(x.answered() == tickets{1});
  CHECK(x.told.appends[0].why.ok());
}

TEST_CASE("partition: who caught up is proposed with its pull") {
  replicated_fixture x;
  x.lead(2, {this_node});
  x.append(1);
  x.pull(0);
  CHECK(x.proposals.empty());
  x.pull(1);
  REQUIRE(x.proposals.size() == 1);
  CHECK(x.proposals[0].isr
        == std::vector<cluster::node_id>{this_node, other_node});
}

TEST_CASE("partition: records of too few replicas are not called safe") {
  replicated_fixture x;
  x.tell(x.partition, reconfigure_log{x.store.options.config, 2});
  x.append(1, acks_all);
  CHECK(x.answered().empty());
  x.lead(2, {this_node});
  REQUIRE(x.answered() == tickets{1});
  CHECK(is(x.told.appends[0].why, errc::not_enough_replicas_after_append));
  x.append(2, acks_all);
  CHECK(is(x.told.appends[1].why, errc::not_enough_replicas));
  x.append(3, 1);
  CHECK(x.told.appends[2].why.ok());
}

TEST_CASE("partition: whoever waits hears that it leads no more") {
  replicated_fixture x;
  x.append(1, acks_all);
  x.pull(0);
  x.pulled.clear();
  x.watch(5, 0);
  x.follow(4);
  REQUIRE(x.answered() == tickets{1});
  CHECK(is(x.told.appends[0].why, errc::not_leader));
  CHECK(x.told.available == tickets{5});
  x.append(2);
  CHECK(is(x.told.appends[1].why, errc::not_leader));
  CHECK(is(x.read(0).why, errc::not_leader));
}

TEST_CASE("partition: a waiting follower hears that the epoch is over") {
  replicated_fixture x;
  x.pull_and_wait(0);
  x.lead(9, {this_node, other_node}, 4);
  REQUIRE(x.pulled.size() == 1);
  CHECK(is(x.pulled[0].outcome.why, errc::fenced_leader_epoch));
  CHECK(x.pulled[0].outcome.leader_epoch == 4);
}
