// SPDX-License-Identifier: Apache-2.0
#include "replicated_fixture.h"

using namespace troupe;
using namespace troupe::actors;
using cluster::durability;

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

TEST_CASE("partition: a cut whose checkpoint comes late is no failure") {
  replicated_fixture x;
  x.append(1);
  x.follow(4);
  one_replica leader{other_node, pair_registration(other_node, 4)};
  leader.append();
  x.hold_checkpoints = true;
  x.arrive(leader);
  REQUIRE(x.checkpoints.size() == 1);
  x.fire_timers();
  CHECK(x.failures.empty());
  CHECK(x.applied.empty());
  REQUIRE(x.checkpoints.size() == 2);
  CHECK(x.checkpoints[1].name == x.checkpoints[0].name);
  SUBCASE("it goes on") {
    x.finish_checkpoint();
    REQUIRE(x.applied.size() == 1);
    CHECK(x.applied[0].pace == pull_pace::at_once);
  }
  SUBCASE("closed meanwhile it has nothing to save any more") {
    CHECK(x.close(false).why.ok());
    x.fire_timers();
    CHECK(x.checkpoints.size() == 2);
  }
  CHECK(x.failures.empty());
}

TEST_CASE("partition: with fsync a follower pulls on once it has synced") {
  replicated_fixture x(durability::fsync);
  x.follow(4);
  one_replica leader{other_node, pair_registration(other_node, 4)};
  leader.append();
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
