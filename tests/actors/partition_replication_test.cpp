// SPDX-License-Identifier: Apache-2.0
#include "partition_fixture.h"
#include "replica_pair.h"

using namespace troupe;
using namespace troupe::actors;
using cluster::durability;

namespace {

constexpr int16_t acks_all = -1;
using tickets = std::vector<ticket_t>;

/// A partition with a follower on another node, or a leader there; links and
/// the replica take notes.
struct replicated_fixture : partition_fixture {
  explicit replicated_fixture(durability level = durability::page_cache)
      : partition_fixture(level) {
    carrier = keep(system().spawn(carrier_of, &pulled));
    replica = keep(system().spawn(replica_of, &applied));
    lead(1, {this_node, other_node});
  }

  ~replicated_fixture() {
    pulled.clear();
    carrier = nullptr;
    replica = nullptr;
  }

  static records_carrier_actor::behavior_type
  carrier_of(records_carrier_actor::pointer, std::vector<records_pulled>* to) {
    return {[=](records_pulled& x) { to->push_back(std::move(x)); }};
  }

  static replica_actor::behavior_type
  replica_of(replica_actor::pointer, std::vector<pull_applied>* to) {
    return {
        [](const follow_leader&) {},
        [](const stop_following&) {},
        [](const batches_pulled&) {},
        [=](const pull_applied& x) { to->push_back(x); },
        [](const pull_due&) {},
    };
  }

  void lead(int32_t partition_epoch, std::vector<cluster::node_id> isr,
            cluster::leader_epoch_t in = epoch) {
    tell(partition, become_leader{pair_registration(
                        this_node, in, std::move(isr), partition_epoch)});
  }

  void follow(cluster::leader_epoch_t in) {
    tell(partition, become_follower{pair_registration(
                        other_node, in, {this_node, other_node}, in * 10)});
  }

  void pull(storage::offset_t from, uint32_t wait_ms = 1'000,
            cluster::leader_epoch_t in = epoch) {
    pull_records x;
    x.request.name = store.options.name;
    x.request.topic_id = store.options.topic_id;
    x.request.replica = other_node;
    x.request.leader_epoch = in;
    x.request.fetch_offset = from;
    x.request.last_epoch = from == 0 ? -1 : epoch;
    x.request.bytes_max = 1 << 20;
    x.request.wait_ms_max = wait_ms;
    x.carrier = carrier;
    tell(partition, std::move(x));
  }

  /// Of a follower that has everything and waits for more.
  void pull_and_wait(storage::offset_t from) {
    pull(from);
    if (!pulled.empty() && pulled.back().records.size == 0)
      pull(from);
    pulled.clear();
    pull(from);
    CHECK(pulled.empty());
  }

  /// What the leader on the other node sends.
  void arrive(one_replica& leader) {
    batches_pulled x;
    leader.store.now = store.now;
    auto asked = leader.next_pull();
    auto from = ask_position();
    asked.replica = this_node;
    asked.leader_epoch = from.leader_epoch;
    asked.fetch_offset = from.fetch_offset;
    asked.last_epoch = from.last_epoch;
    tell(partition, append_pulled{leader.answer(asked), replica});
  }

  pull_position ask_position() {
    auto before = applied.size();
    tell(partition, find_pull_position{replica});
    REQUIRE(applied.size() == before + 1);
    auto next = applied.back().next;
    applied.pop_back();
    return next;
  }

  tickets answered() const {
    tickets found;
    for (const auto& x : told.appends)
      found.push_back(x.ticket);
    return found;
  }

  std::vector<records_pulled> pulled;
  std::vector<pull_applied> applied;
  records_carrier_actor carrier;
  replica_actor replica;
};

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

TEST_CASE("partition: what its replica pulled is appended") {
  replicated_fixture x;
  x.follow(4);
  one_replica leader{other_node, pair_registration(other_node, 4)};
  leader.append();
  leader.append();
  x.arrive(leader);
  REQUIRE(x.applied.size() == 1);
  CHECK(x.applied[0].pace == pull_pace::at_once);
  CHECK(x.applied[0].next == pull_position{4, 2, 4});
  CHECK(x.describe().end_offset == 2);
}

TEST_CASE("partition: after a cut the next pull waits for the checkpoint") {
  replicated_fixture x;
  x.append(1);
  x.append(2);
  x.follow(4);
  one_replica leader{other_node, pair_registration(other_node, 4)};
  leader.append();
  x.hold_checkpoints = true;
  x.arrive(leader);
  CHECK(x.describe().end_offset == 0);
  CHECK(x.applied.empty());
  REQUIRE(x.checkpoints.size() == 1);
  CHECK(x.checkpoints[0].value.epochs.empty());
  // Nor may it lead before.
  x.lead(90, {this_node, other_node}, 5);
  x.append(3);
  CHECK(is(x.told.appends.back().why, errc::not_leader));
  x.finish_checkpoint();
  CHECK(x.applied.size() == 1);
  x.append(4);
  CHECK(x.told.appends.back().why.ok());
}

TEST_CASE("partition: without the checkpoint of a cut it fails") {
  replicated_fixture x;
  x.append(1);
  x.follow(4);
  one_replica leader{other_node, pair_registration(other_node, 4)};
  leader.append();
  x.hold_checkpoints = true;
  x.arrive(leader);
  x.finish_checkpoint({errc::internal, "no"});
  CHECK(x.failures.size() == 1);
  REQUIRE(x.applied.size() == 1);
  CHECK(x.applied[0].pace == pull_pace::after_longest_pause);
}

TEST_CASE("partition: with fsync a follower pulls on once it has synced") {
  replicated_fixture x(durability::fsync);
  x.follow(4);
  one_replica leader{other_node, pair_registration(other_node, 4)};
  leader.append();
  x.syncs.clear();
  x.arrive(leader);
  CHECK(x.applied.empty());
  REQUIRE(x.syncs.size() == 1);
  x.finish_sync();
  REQUIRE(x.applied.size() == 1);
  CHECK(x.applied[0].next.fetch_offset == 1);
}

TEST_CASE("partition: a sync of what was cut since counts for nothing") {
  replicated_fixture x(durability::fsync);
  x.append(1);
  REQUIRE(x.syncs.size() == 1);
  x.follow(4);
  one_replica leader{other_node, pair_registration(other_node, 4)};
  leader.append();
  auto pull_from = [&](storage::offset_t from,
                       cluster::leader_epoch_t last_epoch) {
    auto asked = leader.next_pull();
    asked.replica = this_node;
    asked.fetch_offset = from;
    asked.last_epoch = last_epoch;
    x.tell(x.partition, append_pulled{leader.answer(asked), x.replica});
  };
  // Its record is not the leader's, but of the same offset.
  pull_from(1, x.epoch);
  REQUIRE(x.applied.size() == 1);
  CHECK(x.applied[0].next.fetch_offset == 0);
  pull_from(0, -1);
  CHECK(x.applied.size() == 1);
  x.finish_sync();
  CHECK(x.applied.size() == 1);
  REQUIRE(x.syncs.size() == 1);
  x.finish_sync();
  CHECK(x.applied.size() == 2);
}

TEST_CASE("partition: a closed one tells its replica to rest") {
  replicated_fixture x;
  x.follow(4);
  CHECK(x.close(false).why.ok());
  x.tell(x.partition, find_pull_position{x.replica});
  REQUIRE(x.applied.size() == 1);
  CHECK(x.applied[0].pace == pull_pace::after_longest_pause);
  x.pull(0);
  REQUIRE(x.pulled.size() == 1);
  CHECK(is(x.pulled[0].outcome.why, errc::unknown_partition));
}
