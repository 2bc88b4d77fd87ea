// SPDX-License-Identifier: Apache-2.0
#include "actor_fixture.h"
#include "replica_actor.h"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::actors;

namespace {

constexpr cluster::node_id leader = 2;
constexpr cluster::node_id next_leader = 3;

/// One real replica between a partition and links that only take notes.
struct replica_fixture : actor_fixture {
  explicit replica_fixture(std::shared_ptr<copy_pace> pace = nullptr) {
    for (auto node : {leader, next_leader})
      links[node] =
          keep(system().spawn(link_of, &asked[node], &forgotten[node]));
    replica_config config;
    config.name = {"orders", 0};
    config.topic_id.bytes.fill(9);
    config.self = 1;
    config.link_to = [this](cluster::node_id node) {
      auto found = links.find(node);
      return found == links.end() ? batch_source_actor{} : found->second;
    };
    config.seed = 5;
    config.pace = std::move(pace);
    config.steady_now = [this] { return steady_ms; };
    config.partition = keep(system().spawn(partition_of, this));
    replica =
        keep(spawn_on(system(), nullptr, actors::replica, std::move(config)));
    run();
  }

  ~replica_fixture() {
    asked.clear();
    positions.clear();
    applied.clear();
    links.clear();
    replica = nullptr;
    end_actors();
  }

  static batch_source_actor::behavior_type
  link_of(batch_source_actor::pointer, std::vector<request_batches>* asked,
          int* forgotten) {
    return {
        [=](const request_batches& x) { asked->push_back(x); },
        [=](const forget_pull&) { ++*forgotten; },
    };
  }

  static partition_actor::behavior_type
  partition_of(partition_actor::pointer, replica_fixture* test) {
    return {
        [](const append_records&) {},
        [](const read_records&) {},
        [](const watch_records&) {},
        [](const unwatch_records&) {},
        [](const find_offset&) { return actors::found_offset{}; },
        [](const find_epoch_end&) { return found_epoch_end{}; },
        [](const delete_records&) { return records_deleted{}; },
        [](const describe_partition&) { return partition_description{}; },
        [](const list_producers&) { return producers_listed{}; },
        [](const reconfigure_log&) {},
        [](const become_leader&) {},
        [](const become_follower&) {},
        [](const pull_records&) {},
        [=](const append_pulled& x) { test->applied.push_back(x); },
        [=](const find_pull_position& x) { test->positions.push_back(x); },
        [](const check_replicas&) {},
        [](const housekeep&) {},
        [](const flush_now&) {},
        [](const files_synced&) {},
        [](const consider_compaction&) {},
        [](const swap_segment&) {},
        [](const compaction_finished&) {},
        [](const close_partition&) { return partition_closed{}; },
    };
  }

  void follow(cluster::node_id whom) { tell(replica, follow_leader{whom}); }

  void go_on(storage::offset_t from, pull_pace pace = pull_pace::at_once) {
    tell(replica, pull_applied{{7, from, 6}, pace});
  }

  void
  arrive(storage::offset_t fetch_offset, problem why = {}, size_t bytes = 0) {
    batches_pulled x;
    x.batches = storage::buffer::copy_of(std::vector<std::byte>(bytes));
    x.outcome.fetch_offset = fetch_offset;
    x.outcome.why = std::move(why);
    tell(replica, std::move(x));
  }

  std::map<cluster::node_id, batch_source_actor> links;
  std::map<cluster::node_id, std::vector<request_batches>> asked;
  std::map<cluster::node_id, int> forgotten;
  std::vector<find_pull_position> positions;
  std::vector<append_pulled> applied;
  replica_actor replica;
  int64_t steady_ms = 0;
};

} // namespace

TEST_CASE("replica: it pulls from where the partition's log ends") {
  replica_fixture x;
  CHECK(x.positions.empty());
  x.follow(leader);
  REQUIRE(x.positions.size() == 1);
  CHECK(x.asked[leader].empty());
  x.go_on(40);
  REQUIRE(x.asked[leader].size() == 1);
  const auto& pull = x.asked[leader][0].pull;
  CHECK(pull.name == storage::topic_partition{"orders", 0});
  CHECK(pull.replica == 1);
  CHECK(pull.leader_epoch == 7);
  CHECK(pull.fetch_offset == 40);
  CHECK(pull.last_epoch == 6);
}

TEST_CASE("replica: a leader may keep a pull whose answer before arrived") {
  replica_fixture x;
  auto waits = [&] { return x.asked[leader].back().pull.wait_ms_max; };
  x.follow(leader);
  x.go_on(40);
  CHECK(waits() == 0);
  x.arrive(40);
  x.go_on(40);
  CHECK(waits() >= 15'000);
  CHECK(waits() <= 30'000);
  // What came meanwhile may be lost.
  x.arrive(40, {errc::timed_out, "no"});
  x.go_on(40, pull_pace::after_pause);
  x.fire_timers();
  x.go_on(40);
  REQUIRE(x.asked[leader].size() == 3);
  CHECK(waits() == 0);
}

TEST_CASE("replica: one pull after the other, each applied before the next") {
  replica_fixture x;
  x.follow(leader);
  x.go_on(40);
  x.arrive(40);
  REQUIRE(x.applied.size() == 1);
  CHECK(x.asked[leader].size() == 1);
  x.go_on(45);
  REQUIRE(x.asked[leader].size() == 2);
  CHECK(x.asked[leader][1].pull.fetch_offset == 45);
  // Of a pull that was answered before.
  x.arrive(40);
  CHECK(x.applied.size() == 1);
}

TEST_CASE("replica: without a link it waits, and asks again") {
  replica_fixture x;
  auto link = std::exchange(x.links[leader], nullptr);
  x.follow(leader);
  x.go_on(40);
  CHECK(x.asked[leader].empty());
  x.fire_timers();
  REQUIRE(x.positions.size() == 2);
  x.links[leader] = link;
  x.go_on(40);
  CHECK(x.asked[leader].size() == 1);
}

TEST_CASE("replica: what the leader refuses is asked again after a pause") {
  replica_fixture x;
  x.follow(leader);
  x.go_on(40);
  x.arrive(40, {errc::not_leader, "no"});
  REQUIRE(x.applied.size() == 1);
  x.go_on(40, pull_pace::after_pause);
  CHECK(x.asked[leader].size() == 1);
  // The link must not wait for a sign that it was written.
  CHECK(x.forgotten[leader] == 1);
  x.fire_timers();
  CHECK(x.positions.size() == 2);
  x.go_on(40);
  CHECK(x.asked[leader].size() == 2);
}

TEST_CASE("replica: what its partition cannot append it pulls ever more "
          "seldom") {
  using namespace std::chrono_literals;
  replica_fixture x;
  x.follow(leader);
  auto fail_to_append = [&] {
    x.go_on(40);
    x.arrive(40);
    x.go_on(40, pull_pace::after_pause);
  };
  for (int i = 0; i < 6; ++i) {
    fail_to_append();
    x.fire_timers();
  }
  auto before = x.positions.size();
  fail_to_append();
  x.pass(900ms);
  CHECK(x.positions.size() == before);
  x.pass(1'100ms);
  CHECK(x.positions.size() == before + 1);
  // Once something was appended the first pause is as short as ever.
  x.go_on(40);
  x.arrive(40);
  fail_to_append();
  x.pass(100ms);
  CHECK(x.positions.size() == before + 2);
}

TEST_CASE("replica: a new leader is asked at once, the old one forgotten") {
  replica_fixture x;
  x.follow(leader);
  x.go_on(40);
  x.follow(next_leader);
  CHECK(x.forgotten[leader] == 1);
  REQUIRE(x.positions.size() == 2);
  // Late, from the old one.
  x.arrive(40);
  CHECK(x.applied.empty());
  x.go_on(38);
  REQUIRE(x.asked[next_leader].size() == 1);
  CHECK(x.asked[next_leader][0].pull.fetch_offset == 38);
}

TEST_CASE("replica: a change while the partition works counts once") {
  replica_fixture x;
  x.follow(leader);
  x.go_on(40);
  x.arrive(40);
  x.follow(next_leader);
  CHECK(x.positions.size() == 2);
  // The answer to what the old leader sent, then the one that counts.
  x.go_on(45);
  CHECK(x.asked[next_leader].empty());
  x.go_on(45);
  CHECK(x.asked[next_leader].size() == 1);
  CHECK(x.asked[leader].size() == 1);
}

TEST_CASE("replica: an old pause does not disturb a new pull") {
  replica_fixture x;
  x.follow(leader);
  x.go_on(40);
  x.arrive(40, {errc::not_leader, "no"});
  x.go_on(40, pull_pace::after_pause);
  x.follow(next_leader);
  x.go_on(40);
  REQUIRE(x.asked[next_leader].size() == 1);
  x.fire_timers();
  CHECK(x.positions.size() == 2);
  CHECK(x.asked[next_leader].size() == 1);
}

TEST_CASE("replica: with nobody to follow it rests") {
  replica_fixture x;
  x.follow(leader);
  x.go_on(40);
  x.follow(cluster::no_node);
  x.fire_timers();
  CHECK(x.positions.size() == 1);
  x.follow(leader);
  CHECK(x.positions.size() == 2);
}

TEST_CASE("replica: told to stop it forgets its pull and ends") {
  replica_fixture x;
  x.follow(leader);
  x.go_on(40);
  x.tell(x.replica, stop_following{});
  CHECK(x.forgotten[leader] == 1);
  x.follow(leader);
  CHECK(x.positions.size() == 1);
}

TEST_CASE("replica: one that moves here waits until what came is paid for") {
  replica_fixture x(std::make_shared<copy_pace>(1'000));
  x.follow(leader);
  x.go_on(40);
  REQUIRE(x.asked[leader].size() == 1);
  x.arrive(40, {}, 3'000);
  x.go_on(45);
  CHECK(x.asked[leader].size() == 1);
  // The link must not keep credit for it meanwhile.
  CHECK(x.forgotten[leader] == 1);
  x.steady_ms = 1'999;
  x.fire_timers();
  x.go_on(45);
  CHECK(x.asked[leader].size() == 1);
  x.steady_ms = 2'000;
  x.fire_timers();
  x.go_on(45);
  CHECK(x.asked[leader].size() == 2);
}
