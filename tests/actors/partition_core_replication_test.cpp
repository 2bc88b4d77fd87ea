// SPDX-License-Identifier: Apache-2.0
#include "actor_fixture.h"
#include "replica_pair.h"

using namespace troupe;
using namespace troupe::actors;
using cluster::durability;

namespace {

constexpr int16_t acks_all = -1;

/// This node leads in epoch 3, the other one follows.
struct replicas_fixture {
  one_replica leader{this_node, pair_registration(this_node, 3)};
  one_replica follower{other_node, pair_registration(this_node, 3)};

  void pull() { last = pull_once(leader, follower); }

  void change(const cluster::partition_registration& x) {
    for (auto* one : {&leader, &follower}) {
      if (x.leader == one->id)
        one->core->become_leader(x, {one->store.now, one->now_ms});
      else
        one->core->become_follower(x);
    }
  }

  partition_core::pull_step last;
};

} // namespace

TEST_CASE("partition core: a follower's log is its leader's, byte for byte") {
  replicas_fixture x;
  for (int i = 0; i < 20; ++i)
    REQUIRE(x.leader.append(1, 7, i).why.ok());
  while (x.follower.end() < x.leader.end()) {
    x.pull();
    REQUIRE(x.last.why.ok());
    REQUIRE(x.last.pace == pull_pace::at_once);
  }
  CHECK(x.follower.content() == x.leader.content());
  auto producers = x.follower.core->producers().producers;
  REQUIRE(producers.size() == 1);
  CHECK(producers[0].last_sequence == 19);
  CHECK(x.follower.core->position().last_epoch == 3);
}

TEST_CASE("partition core: the high watermark waits for the follower, which "
          "learns of it with its next pull") {
  replicas_fixture x;
  auto info = x.leader.append(acks_all).info;
  CHECK(info.next_offset > x.leader.core->acknowledged_end(acks_all));
  CHECK(info.next_offset <= x.leader.core->acknowledged_end(1));
  x.pull();
  CHECK(x.follower.end() == 1);
  CHECK(x.leader.core->high_watermark() == 0);
  CHECK(x.follower.core->high_watermark() == 0);
  x.pull();
  CHECK(x.leader.core->high_watermark() == 1);
  CHECK(x.follower.core->high_watermark() == 1);
}

TEST_CASE("partition core: a follower refuses what only a leader may do") {
  replicas_fixture x;
  auto& follower = *x.follower.core;
  CHECK_FALSE(follower.leads());
  CHECK(is(x.follower.append().why, errc::not_leader));
  CHECK(is(read(follower, 0).answer.why, errc::not_leader));
  CHECK(is(follower.find(find_offset{-1, -1}).answer.why, errc::not_leader));
  CHECK(is(follower.find(find_epoch_end{3, -1}).why, errc::not_leader));
  CHECK(is(follower.delete_before(0).answer.why, errc::not_leader));
  CHECK(is(x.follower.answer(x.leader.next_pull()).outcome.why,
           errc::not_leader));
  CHECK(follower.describe().why.ok());
}

TEST_CASE("partition core: a follower serves readers up to what it knows to "
          "count") {
  replicas_fixture x;
  x.leader.append();
  x.pull();
  auto& follower = *x.follower.core;
  auto any = read_source::any_replica;
  CHECK(follower.read(0, 1000, 3, any).answer.records.size == 0);
  x.pull();
  auto answer = follower.read(0, 1000, 3, any).answer;
  CHECK(answer.why.ok());
  CHECK(answer.records.size > 0);
  CHECK(answer.high_watermark == 1);
  CHECK(
      is(follower.read(0, 1000, 2, any).answer.why, errc::fenced_leader_epoch));
  CHECK(is(follower.read(0, 1000, 4, any).answer.why,
           errc::unknown_leader_epoch));
}

TEST_CASE("partition core: pulls of other epochs, topics and nodes are "
          "refused") {
  replicas_fixture x;
  x.leader.append();
  auto refusal = [&](auto change) {
    auto pull = x.follower.next_pull();
    change(pull);
    auto answer = x.leader.answer(pull);
    CHECK(answer.batches.size() == 0);
    CHECK(answer.outcome.leader_epoch == 3);
    return answer.outcome.why;
  };
  CHECK(is(refusal([](pull_batches& y) { y.leader_epoch = 2; }),
           errc::fenced_leader_epoch));
  CHECK(is(refusal([](pull_batches& y) { y.leader_epoch = -1; }),
           errc::fenced_leader_epoch));
  CHECK(is(refusal([](pull_batches& y) { y.leader_epoch = 4; }),
           errc::unknown_leader_epoch));
  CHECK(is(refusal([](pull_batches& y) { y.topic_id = id_of(77); }),
           errc::unknown_topic_id));
  CHECK(is(refusal([](pull_batches& y) { y.replica = 5; }),
           errc::unknown_leader_epoch));
  CHECK(is(refusal([](pull_batches& y) { y.fetch_offset = -4; }),
           storage::errc::offset_out_of_range));
  auto odd = x.follower.next_pull();
  odd.last_epoch = -9;
  CHECK(x.leader.answer(odd).outcome.why.ok());
}

TEST_CASE("partition core: what only an old leader has is cut") {
  replicas_fixture x;
  x.leader.append();
  x.pull();
  // Two records that nobody else has.
  x.leader.append();
  x.leader.append();
  x.change(pair_registration(other_node, 4, {this_node, other_node}, 1));
  CHECK_FALSE(x.leader.core->leads());
  x.follower.append();
  auto step = pull_once(x.follower, x.leader);
  CHECK(step.cut);
  CHECK(step.pace == pull_pace::at_once);
  CHECK(x.leader.end() == 1);
  step = pull_once(x.follower, x.leader);
  CHECK_FALSE(step.cut);
  CHECK(x.leader.end() == 2);
  CHECK(x.leader.content() == x.follower.content());
}

TEST_CASE("partition core: a follower that its leader has outlived starts "
          "where that one begins") {
  replicas_fixture x;
  for (int i = 0; i < 10; ++i)
    x.leader.append();
  x.change(pair_registration(this_node, 4, {this_node}, 1));
  REQUIRE(x.leader.core->high_watermark() == 10);
  REQUIRE(x.leader.core->delete_before(8).answer.why.ok());
  x.pull();
  CHECK(x.last.cut);
  CHECK(x.follower.end() == 8);
  CHECK(x.follower.core->log().start_offset() == 8);
  x.pull();
  CHECK(x.follower.end() == 10);
  CHECK(x.follower.core->position().last_epoch == 3);
}

TEST_CASE("partition core: deleted records go on the follower too") {
  replicas_fixture x;
  for (int i = 0; i < 4; ++i)
    x.leader.append();
  x.pull();
  x.pull();
  REQUIRE(x.leader.core->delete_before(3).answer.why.ok());
  x.pull();
  CHECK(x.follower.core->log().start_offset() == 3);
  CHECK(x.follower.end() == 4);
}

TEST_CASE("partition core: acks=all needs enough replicas in sync") {
  replicas_fixture x;
  auto& leader = *x.leader.core;
  leader.reconfigure(leader.log().options().config, 2);
  CHECK(x.leader.append(acks_all).why.ok());
  leader.become_leader(pair_registration(this_node, 3, {this_node}, 1), {});
  CHECK(leader.too_few_in_sync());
  CHECK(is(x.leader.append(acks_all).why, errc::not_enough_replicas));
  CHECK(x.leader.append(1).why.ok());
  CHECK(leader.high_watermark() == 2);
}

TEST_CASE("partition core: an end is not told before the followers confirm "
          "it") {
  replicas_fixture x;
  x.leader.append();
  x.pull();
  x.change(pair_registration(other_node, 4, {this_node, other_node}, 1));
  auto& leader = *x.follower.core;
  CHECK(is(leader.find(find_offset{-1, -1}).answer.why,
           errc::offset_not_available));
  pull_once(x.follower, x.leader);
  auto found = leader.find(find_offset{-1, -1}).answer;
  CHECK(found.why.ok());
  CHECK(found.value.offset == 1);
}

TEST_CASE("partition core: who lags is proposed, and who refuses is heard") {
  replicas_fixture x;
  auto& leader = *x.leader.core;
  x.leader.append();
  x.leader.now_ms = 1'001;
  auto asked = leader.propose({0, 1'001}, 1'000);
  REQUIRE(asked.has_value());
  CHECK(asked->isr == std::vector<cluster::node_id>{this_node});
  leader.proposal_answered(*asked, {errc::timed_out, ""}, {0, 1'001});
  CHECK(leader.propose({0, 1'300}, 1'000) == asked);
  leader.proposal_answered(
      *asked, cluster::decision{cluster::refusal::ineligible_replica, ""},
      {0, 1'300});
  CHECK_FALSE(leader.propose({0, 1'301}, 1'000).has_value());
  CHECK(leader.propose({0, 9'000}, 1'000).has_value());
  leader.proposal_answered(*asked, {}, {0, 9'000});
  CHECK_FALSE(leader.propose({0, 14'000}, 1'000).has_value());
  CHECK(leader.propose({0, 14'001}, 1'000) == asked);
}

TEST_CASE("partition core: an answer that comes after its image is not taken "
          "for that of the next proposal") {
  replicas_fixture x;
  auto& leader = *x.leader.core;
  x.leader.append();
  auto first = leader.propose({0, 1'001}, 1'000);
  REQUIRE(first.has_value());
  auto alone = pair_registration(this_node, 3, {this_node},
                                 first->partition_epoch + 1);
  leader.become_leader(alone, {0, 1'002});
  x.pull();
  x.pull();
  auto second = leader.propose({0, 1'003}, 1'000);
  REQUIRE(second.has_value());
  CHECK(second->isr.size() == 2);
  leader.proposal_answered(*first, {}, {0, 1'004});
  leader.proposal_answered(*second, {errc::timed_out, ""}, {0, 1'005});
  CHECK(leader.propose({0, 2'000}, 1'000) == second);
}

TEST_CASE("partition core: the end of a reign ends what was read ahead") {
  replicas_fixture x;
  for (int i = 0; i < 4; ++i)
    x.leader.append();
  x.pull();
  x.pull();
  auto& core = *x.leader.core;
  CHECK_FALSE(core.become_leader(
      pair_registration(this_node, 3, {this_node, other_node}, 1), {}));
  CHECK(core.become_follower(
      pair_registration(other_node, 4, {this_node, other_node}, 2)));
  CHECK_FALSE(core.become_leader(pair_registration(this_node, 3), {}));
  CHECK_FALSE(core.leads());
  CHECK(core.epoch() == 4);
  CHECK(core.high_watermark() == 4);
  CHECK(core.become_leader(pair_registration(this_node, 5), {}));
  CHECK(core.high_watermark() == 4);
}

TEST_CASE("partition core: rubbish from a leader is not appended") {
  replicas_fixture x;
  x.leader.append();
  auto answer = x.leader.answer(x.follower.next_pull());
  std::vector<std::byte> bytes(answer.batches.bytes().begin(),
                               answer.batches.bytes().end());
  bytes.back() ^= std::byte{1};
  answer.batches = storage::buffer::copy_of(bytes);
  auto step = x.follower.core->apply(answer, 0);
  CHECK(is(step.why, storage::errc::corrupt_batch));
  CHECK(step.pace == pull_pace::after_pause);
  CHECK(x.follower.end() == 0);
  CHECK_FALSE(x.follower.core->failed());
}

TEST_CASE("partition core: a late answer changes nothing") {
  replicas_fixture x;
  x.leader.append();
  auto answer = x.leader.answer(x.follower.next_pull());
  CHECK(x.follower.core->apply(answer, 0).why.ok());
  CHECK(x.follower.core->apply(answer, 0).why.ok());
  CHECK(x.follower.end() == 1);
}
