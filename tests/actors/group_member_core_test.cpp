// SPDX-License-Identifier: Apache-2.0
#include "actor_fixture.h"
#include "group_member_core.h"

#include <chrono>
#include <set>
#include <string>
#include <utility>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;
using cluster::group_error;

namespace {

constexpr int64_t interval_ms = 5'000;
constexpr int64_t retry_ms = 100;

storage::uuid id_of(uint8_t number) {
  storage::uuid id;
  id.bytes.fill(number);
  return id;
}

using partition_list = group_member_core::partition_list;

struct core_fixture {
  static consumer_group_options options() {
    consumer_group_options x;
    x.group_id = "readers";
    x.topics = {"orders"};
    x.rebalance_timeout = 60s;
    return x;
  }

  cluster::consumer_heartbeat_request beat() {
    auto x = core.next_heartbeat(now_ms);
    REQUIRE(x);
    CHECK_FALSE(core.next_heartbeat(now_ms));
    return *x;
  }

  static cluster::consumer_heartbeat_answer told(int32_t epoch) {
    cluster::consumer_heartbeat_answer x;
    x.member_epoch = epoch;
    x.heartbeat_interval_ms = interval_ms;
    return x;
  }

  /// Partitions of topic 1, "orders".
  static cluster::consumer_heartbeat_answer
  assigned(int32_t epoch, std::vector<int32_t> partitions) {
    auto x = told(epoch);
    x.assignment.emplace();
    if (!partitions.empty())
      x.assignment->emplace(id_of(1), std::move(partitions));
    return x;
  }

  static cluster::consumer_heartbeat_answer refused(group_error error) {
    cluster::consumer_heartbeat_answer x;
    x.error = error;
    return x;
  }

  group_member_core::standing
  answer(const cluster::consumer_heartbeat_answer& x) {
    return core.answered(x, now_ms);
  }

  std::optional<group_member_core::change> change() {
    return core.next_change(
        [this](const storage::uuid& id) {
          return known.contains(id) ? &name : nullptr;
        },
        now_ms);
  }

  /// It has these and nothing is under way.
  void join(std::vector<int32_t> partitions) {
    beat();
    answer(assigned(1, std::move(partitions)));
    change();
    beat();
    answer(told(1));
  }

  static partition_list orders(std::vector<int32_t> partitions) {
    partition_list all;
    for (auto x : partitions)
      all.push_back({"orders", x});
    return all;
  }

  std::string name = "orders";
  std::set<storage::uuid> known{id_of(1)};
  int64_t now_ms = 1'000;
  group_member_core core{options(), "me", retry_ms};
};

using standing = group_member_core::standing;

} // namespace

TEST_CASE_FIXTURE(core_fixture,
                  "group_member_core: who joins says everything, later only "
                  "what is new") {
  auto first = beat();
  CHECK(first.group_id == "readers");
  CHECK(first.member_id == "me");
  CHECK(first.member_epoch == cluster::joining_epoch);
  CHECK(first.rebalance_timeout_ms == 60'000);
  CHECK(first.subscribed_topic_names == std::vector<std::string>{"orders"});
  REQUIRE(first.topic_partitions);
  CHECK(first.topic_partitions->empty());
  CHECK(answer(assigned(4, {0, 2})) == standing::as_before);
  auto step = change();
  REQUIRE(step);
  CHECK(step->added == orders({0, 2}));
  CHECK(step->revoked.empty());
  // It says at once what it has.
  auto second = beat();
  CHECK(second.member_epoch == 4);
  CHECK(second.rebalance_timeout_ms == -1);
  CHECK_FALSE(second.subscribed_topic_names);
  CHECK(second.topic_partitions->at(id_of(1)) == std::vector<int32_t>{0, 2});
  answer(told(4));
  CHECK_FALSE(core.next_heartbeat(now_ms));
  CHECK(core.wake_at_ms() == now_ms + interval_ms);
  now_ms += interval_ms;
  CHECK_FALSE(beat().topic_partitions);
}

TEST_CASE_FIXTURE(core_fixture,
                  "group_member_core: what goes is released and committed "
                  "before the coordinator hears of it") {
  join({0, 1});
  now_ms += interval_ms;
  beat();
  answer(assigned(1, {1, 2}));
  auto step = change();
  REQUIRE(step);
  CHECK(step->revoked == orders({0}));
  CHECK_FALSE(change());
  CHECK_FALSE(core.next_heartbeat(now_ms));
  CHECK(core.owns({"orders", 0}));
  CHECK_FALSE(core.released(step->round + 1));
  CHECK(core.released(step->round));
  CHECK_FALSE(core.released(step->round));
  CHECK_FALSE(core.next_heartbeat(now_ms));
  core.gave_up();
  CHECK_FALSE(core.owns({"orders", 0}));
  CHECK(beat().topic_partitions->at(id_of(1)) == std::vector<int32_t>{1});
  answer(told(2));
  auto next = change();
  REQUIRE(next);
  CHECK(next->added == orders({2}));
  CHECK(core.owned() == orders({1, 2}));
}

TEST_CASE_FIXTURE(core_fixture,
                  "group_member_core: a subscriber that does not let go is "
                  "not waited for longer than half of the rebalance") {
  join({0});
  now_ms += interval_ms;
  beat();
  answer(assigned(1, {}));
  REQUIRE(change());
  auto begin = now_ms;
  now_ms = begin + 29'999;
  CHECK_FALSE(core.release_overdue(now_ms));
  now_ms = begin + 30'000;
  CHECK(core.release_overdue(now_ms));
  CHECK_FALSE(core.release_overdue(now_ms));
  core.gave_up();
  CHECK(core.owned().empty());
}

TEST_CASE_FIXTURE(core_fixture,
                  "group_member_core: a topic that is not known yet waits, and "
                  "one that is gone is given up by its name") {
  known.clear();
  beat();
  answer(assigned(1, {0}));
  CHECK_FALSE(change());
  CHECK(core.owned().empty());
  known = {id_of(1)};
  REQUIRE(change());
  beat();
  answer(assigned(2, {}));
  known.clear();
  auto step = change();
  REQUIRE(step);
  CHECK(step->revoked == orders({0}));
}

TEST_CASE_FIXTURE(core_fixture,
                  "group_member_core: who is not known any more has nothing, "
                  "and joins again") {
  join({0, 1});
  now_ms += interval_ms;
  for (auto error :
       {group_error::unknown_member_id, group_error::fenced_member_epoch}) {
    beat();
    CHECK(answer(refused(error)) == standing::lost);
    CHECK(core.owned().empty());
    CHECK(core.epoch() == cluster::joining_epoch);
    auto again = beat();
    CHECK(again.member_epoch == cluster::joining_epoch);
    CHECK(again.subscribed_topic_names);
    CHECK(again.topic_partitions->empty());
    answer(assigned(9, {1}));
    auto step = change();
    REQUIRE(step);
    CHECK(step->added == orders({1}));
    beat();
    answer(told(9));
    now_ms += interval_ms;
  }
  // Refused as it joins it is in no hurry.
  beat();
  answer(refused(group_error::unknown_member_id));
  beat();
  answer(refused(group_error::unknown_member_id));
  CHECK_FALSE(core.next_heartbeat(now_ms));
  now_ms += retry_ms;
  beat();
}

TEST_CASE_FIXTURE(core_fixture,
                  "group_member_core: what was refused for the moment, or has "
                  "no answer, is said again with everything") {
  join({0});
  now_ms += interval_ms;
  beat();
  CHECK(answer(refused(group_error::coordinator_load_in_progress))
        == standing::as_before);
  CHECK_FALSE(core.next_heartbeat(now_ms));
  now_ms += retry_ms;
  auto again = beat();
  CHECK(again.member_epoch == 1);
  CHECK(again.subscribed_topic_names);
  CHECK(again.topic_partitions->at(id_of(1)) == std::vector<int32_t>{0});
  now_ms += group_member_core::call_timeout_ms - 1;
  core.tick(now_ms);
  CHECK_FALSE(core.next_heartbeat(now_ms));
  now_ms += 1;
  core.tick(now_ms);
  // An answer that comes now is nobody's.
  CHECK(answer(refused(group_error::unknown_member_id)) == standing::as_before);
  CHECK(beat().subscribed_topic_names);
}

TEST_CASE_FIXTURE(core_fixture,
                  "group_member_core: a refusal that stays ends it, with the "
                  "coordinator's sentence") {
  beat();
  auto no = refused(group_error::group_max_size_reached);
  no.error_message = "full";
  CHECK(answer(no) == standing::over);
  CHECK(is(core.why(), storage::errc::busy));
  CHECK(core.why().message == "full");
}

TEST_CASE_FIXTURE(core_fixture,
                  "group_member_core: only a member has something to say at "
                  "the end") {
  CHECK_FALSE(core.farewell());
  join({0});
  auto bye = core.farewell();
  REQUIRE(bye);
  CHECK(bye->member_epoch == cluster::leaving_epoch);
  CHECK(bye->member_id == "me");
  CHECK_FALSE(core.farewell());
}
