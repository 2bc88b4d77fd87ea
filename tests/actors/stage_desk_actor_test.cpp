// SPDX-License-Identifier: Apache-2.0
#include "stage_desk_actor.h"

#include "partition_fixture.h"

#include <troupe/storage/batch_rewrite.h>

#include <caf/typed_response_promise.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::actors;

namespace {

/// One real desk in front of a real partition; stages and the producer answer
/// what the test says.
struct stage_desk_fixture : partition_fixture {
  static constexpr size_t queue_max = 2;
  /// In the queue, and with the stages.
  static constexpr ticket_t held_max = queue_max + 16;

  explicit stage_desk_fixture(
      cluster::stage_policy policy = cluster::stage_policy::closed) {
    stage_desk_config config;
    config.topic = "orders";
    config.stages.config.names = {"s"};
    config.stages.config.on_failure = policy;
    config.stages.config.queue_max = queue_max;
    config.start = [this](const reconfigure_stages& x) { return start(x); };
    config.open_producer = [this] {
      return keep(system().spawn(dummy_producer, this));
    };
    config.routes = std::make_shared<published<routing>>(
        routing_builder().topic("other", 2, 4, partition).build());
    config.self = this_node;
    config.steady_now = [this] { return steady_ms; };
    stages = config.stages;
    desk = keep(spawn_on(system(), nullptr, stage_desk, std::move(config)));
  }

  ~stage_desk_fixture() {
    routing_held = {};
    desk = nullptr;
    end_actors();
  }

  started_stages start(const reconfigure_stages& x) {
    if (no_threads)
      return {};
    ++started;
    if (!x.config.names.empty())
      last_started = x.config.names[0];
    auto token = std::make_shared<const bool>(true);
    alive.push_back(token);
    return {keep(system().spawn(dummy_stages, this)), token};
  }

  static stage_actor::behavior_type
  dummy_stages(stage_actor::pointer self, stage_desk_fixture* test) {
    return {
        [=](const stage_batch& x) {
          ++test->asked;
          test->last_asked = x.ticket;
          if (test->hang)
            return;
          auto answer = test->outcome;
          answer.ticket = x.ticket;
          if (answer.batch.empty())
            answer.batch = x.batch;
          self->send(x.client, std::move(answer));
        },
        [](const view_slice&) { return slice_viewed{}; },
    };
  }

  static producer_actor::behavior_type
  dummy_producer(producer_actor::pointer self, stage_desk_fixture* test) {
    return {
        [=](const produce_record& x) -> caf::result<records_produced> {
          test->routed.push_back(x.record);
          if (!test->hold_routed)
            return records_produced{0, test->routing_refusal, 0, 0};
          test->routing_held = self->make_response_promise<records_produced>();
          return test->routing_held;
        },
        [](const produce_batch&) { return records_produced{}; },
        [](const await_credit&) { return credit_given{}; },
        [](const flush_producer&) { return producer_flushed{}; },
    };
  }

  void send(ticket_t ticket, storage::buffer batch) {
    tell(desk, append_through_stages{{"orders", 0},
                                     partition,
                                     {ticket, std::move(batch), 1, client}});
  }
  void send(ticket_t ticket) { send(ticket, batch()); }

  /// So long that whoever was asked has no time left.
  void time_out() {
    steady_ms += stages.config.timeout_ms;
    fire_timers();
  }

  /// A batch of an idempotent producer.
  storage::buffer numbered(int32_t sequence) const {
    return storage::test::log_fixture::batch(1, 10, store.now, 7, sequence);
  }

  const append_finished& last() {
    REQUIRE_FALSE(told.appends.empty());
    return told.appends.back();
  }

  reconfigure_stages stages;
  batch_staged outcome;
  bool hang = false;
  bool no_threads = false;
  bool hold_routed = false;
  caf::typed_response_promise<records_produced> routing_held;
  std::vector<std::shared_ptr<const bool>> alive;
  int started = 0;
  int asked = 0;
  ticket_t last_asked = 0;
  std::string last_started;
  std::vector<outgoing_record> routed;
  problem routing_refusal;
  stage_desk_actor desk;
};

batch_staged crashed() {
  batch_staged x;
  x.health = stage_health::failed;
  x.why = cluster::decision{cluster::refusal::policy_violation, "it threw"};
  return x;
}

struct open_desk_fixture : stage_desk_fixture {
  open_desk_fixture() : stage_desk_fixture(cluster::stage_policy::open) {}
};

} // namespace

TEST_CASE_FIXTURE(stage_desk_fixture,
                  "stage desk: batches go through the stages, then in") {
  for (ticket_t ticket = 1; ticket <= 3; ++ticket) {
    send(ticket);
    CHECK(last().ticket == ticket);
    CHECK(last().why.ok());
    CHECK(last().info.base_offset == static_cast<int64_t>(ticket) - 1);
  }
  CHECK(started == 1);
  CHECK(asked == 3);
}

TEST_CASE_FIXTURE(stage_desk_fixture,
                  "stage desk: what stages emptied is appended all the same") {
  auto sent = numbered(0);
  outcome.batch =
      *storage::batch_rewriter(*storage::parse_batch_header(sent.bytes()))
           .build();
  outcome.changed = true;
  send(1, sent);
  CHECK(last().why.ok());
  send(2, sent);
  CHECK(last().info.duplicate);
  CHECK(describe().end_offset == 1);
}

TEST_CASE_FIXTURE(stage_desk_fixture,
                  "stage desk: who sent refused records is told which") {
  outcome.why = storage::error{storage::errc::invalid_record, "no"};
  outcome.failures = {{3, "no"}};
  send(1);
  CHECK(is(last().why, storage::errc::invalid_record));
  REQUIRE(last().failures.size() == 1);
  CHECK(last().failures[0].batch_index == 3);
  CHECK(describe().end_offset == 0);
}

TEST_CASE_FIXTURE(stage_desk_fixture,
                  "stage desk: after a crash there are new stages, a pause "
                  "later") {
  outcome = crashed();
  send(1);
  CHECK(is(last().why, cluster::refusal::policy_violation));
  outcome = {};
  send(2);
  CHECK(last().ticket == 1);
  CHECK(started == 1);
  fire_timers();
  CHECK(started == 2);
  CHECK(last().ticket == 2);
  CHECK(last().why.ok());
}

TEST_CASE_FIXTURE(open_desk_fixture,
                  "stage desk: an open one lets pass what stages cannot do") {
  outcome = crashed();
  send(1);
  CHECK(last().why.ok());
  send(2);
  CHECK(last().ticket == 2);
  CHECK(last().why.ok());
  CHECK(asked == 1);
  CHECK(describe().end_offset == 2);
}

TEST_CASE_FIXTURE(stage_desk_fixture,
                  "stage desk: stages that do not return are given up") {
  hang = true;
  send(1);
  fire_timers();
  CHECK(told.appends.empty());
  time_out();
  CHECK(is(last().why, errc::timed_out));
  hang = false;
  send(2);
  fire_timers();
  CHECK(last().ticket == 2);
  CHECK(last().why.ok());
  CHECK(started == 2);
}

TEST_CASE_FIXTURE(stage_desk_fixture,
                  "stage desk: a timeout that was made shorter counts at "
                  "once") {
  stages.config.timeout_ms = 3'600'000;
  tell(desk, stages);
  send(1);
  CHECK(last().why.ok());
  stages.config.timeout_ms = 5'000;
  tell(desk, stages);
  hang = true;
  send(2);
  CHECK(last().ticket == 1);
  steady_ms += 5'000;
  pass(std::chrono::seconds(5));
  CHECK(last().ticket == 2);
  CHECK(is(last().why, errc::timed_out));
}

TEST_CASE_FIXTURE(stage_desk_fixture,
                  "stage desk: threads that hang are bounded, and come back") {
  hang = true;
  for (ticket_t i = 0; i < hung_stages_max; ++i) {
    send(i);
    time_out();
    fire_timers();
  }
  auto before = started;
  CHECK(before == static_cast<int>(hung_stages_max));
  send(90);
  CHECK(is(last().why, storage::errc::busy));
  CHECK(started == before);
  alive.front().reset();
  hang = false;
  send(91);
  CHECK(last().why.ok());
  CHECK(started == before + 1);
}

TEST_CASE_FIXTURE(stage_desk_fixture,
                  "stage desk: without a thread for them stages count as "
                  "failed") {
  no_threads = true;
  send(1);
  CHECK(is(last().why, storage::errc::busy));
  no_threads = false;
  send(2);
  CHECK(last().ticket == 1);
  fire_timers();
  CHECK(last().ticket == 2);
  CHECK(last().why.ok());
}

TEST_CASE_FIXTURE(stage_desk_fixture,
                  "stage desk: more than may wait are refused") {
  hang = true;
  for (ticket_t ticket = 0; ticket < held_max; ++ticket)
    send(ticket);
  CHECK(told.appends.empty());
  send(held_max);
  CHECK(last().ticket == held_max);
  CHECK(is(last().why, storage::errc::busy));
}

TEST_CASE_FIXTURE(stage_desk_fixture,
                  "stage desk: those behind a failed batch are asked about "
                  "again, in their order") {
  hang = true;
  for (ticket_t ticket = 1; ticket <= 3; ++ticket)
    send(ticket);
  CHECK(asked == 3);
  auto first = crashed();
  first.ticket = last_asked - 2;
  tell(desk, first);
  REQUIRE(told.appends.size() == 1);
  CHECK(is(last().why, cluster::refusal::policy_violation));
  hang = false;
  fire_timers();
  CHECK(asked == 5);
  REQUIRE(told.appends.size() == 3);
  CHECK(told.appends[1].ticket == 2);
  CHECK(told.appends[2].ticket == 3);
  // What those that were given up say later counts no more.
  auto late = crashed();
  late.ticket = first.ticket + 1;
  tell(desk, late);
  CHECK(told.appends.size() == 3);
  CHECK(describe().end_offset == 2);
}

TEST_CASE_FIXTURE(stage_desk_fixture,
                  "stage desk: nothing overtakes a batch whose records are "
                  "being routed") {
  outgoing_record moved;
  moved.topic = "other";
  outcome.elsewhere = {moved};
  hold_routed = true;
  send(1);
  outcome = {};
  send(2);
  CHECK(asked == 2);
  CHECK(told.appends.empty());
  // A promise is delivered by its actor alone: it ends with that actor.
  routing_held = {};
  hold_routed = false;
  time_out();
  REQUIRE(told.appends.size() == 2);
  CHECK(told.appends[0].ticket == 1);
  CHECK(is(told.appends[0].why, storage::errc::busy));
  CHECK(told.appends[1].ticket == 2);
  CHECK(told.appends[1].why.ok());
}

TEST_CASE_FIXTURE(stage_desk_fixture,
                  "stage desk: what a producer sent behind a refused batch "
                  "waits for that one") {
  hang = true;
  constexpr int count = static_cast<int>(held_max) + 1;
  for (int i = 0; i < count; ++i)
    send(static_cast<ticket_t>(i), numbered(i));
  hang = false;
  time_out();
  fire_timers();
  REQUIRE(told.appends.size() == count);
  CHECK(is(told.appends[0].why, storage::errc::busy));
  for (size_t i = 1; i < count; ++i)
    CHECK(is(told.appends[i].why, errc::timed_out));
  CHECK(describe().end_offset == 0);
  for (int i = 0; i < count; ++i) {
    send(9, numbered(i));
    CHECK(last().why.ok());
  }
  CHECK(describe().end_offset == count);
}

TEST_CASE_FIXTURE(stage_desk_fixture,
                  "stage desk: routed records are in before the rest is") {
  outgoing_record moved;
  moved.topic = "other";
  moved.partition = 3;
  outcome.elsewhere = {moved};
  send(1);
  REQUIRE(routed.size() == 1);
  CHECK(routed[0].partition == 3);
  CHECK(last().why.ok());
  routing_refusal = {errc::timed_out, "late"};
  send(2);
  CHECK(is(last().why, storage::errc::busy));
  moved.topic = "nowhere";
  outcome.elsewhere = {moved};
  send(3);
  CHECK(is(last().why, storage::errc::busy));
  CHECK(last().why.message.find("does not exist") != std::string::npos);
  CHECK(describe().end_offset == 1);
}

TEST_CASE_FIXTURE(stage_desk_fixture,
                  "stage desk: another configuration makes other stages") {
  send(1);
  stages.config.names = {"t"};
  tell(desk, stages);
  send(2);
  CHECK(started == 2);
  CHECK(last_started == "t");
  tell(desk, reconfigure_stages{});
  send(3);
  CHECK(asked == 2);
  CHECK(describe().end_offset == 3);
}

TEST_CASE_FIXTURE(stage_desk_fixture,
                  "stage desk: at the end everybody who waits is told") {
  hang = true;
  send(1);
  send(2);
  caf::anon_send_exit(desk, caf::exit_reason::user_shutdown);
  run();
  REQUIRE(told.appends.size() == 2);
  for (const auto& x : told.appends)
    CHECK(is(x.why, errc::stopping));
}

TEST_CASE("stages: routed records go to the same partition if they can") {
  auto routes = routing_builder()
                    .topic("led", 1, 3)
                    .topic("away", 2, 2)
                    .led_by("away", 7, 1)
                    .build();
  CHECK_FALSE(partition_for_routed(*routes, this_node, "led", 1).has_value());
  CHECK_FALSE(partition_for_routed(*routes, this_node, "away", 1).has_value());
  CHECK_FALSE(partition_for_routed(*routes, this_node, "gone", 1).has_value());
}

TEST_CASE_FIXTURE(
    partition_fixture,
    "stages: a topic with fewer partitions takes them elsewhere") {
  auto routes = routing_builder().topic("led", 1, 3, partition).build();
  CHECK(partition_for_routed(*routes, this_node, "led", 2).value() == 2);
  CHECK(partition_for_routed(*routes, this_node, "led", 5).value() == 0);
}
