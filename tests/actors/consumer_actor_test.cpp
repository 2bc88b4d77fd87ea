// SPDX-License-Identifier: Apache-2.0
#include "consumer_actor.h"
#include "partition_fixture.h"

#include <chrono>
#include <functional>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

const storage::topic_partition orders{"orders", 0};

/// A real consumer of a real partition; its subscriber takes notes.
struct consumer_fixture : partition_fixture {
  consumer_fixture() {
    routes = std::make_shared<published<routing>>(
        routing_builder().topic("orders", 1, 1, partition).build());
    config.options.retry_backoff = 10ms;
    config.self = this_node;
    config.routes = routes;
    config.read_in = [this](const storage::file_slice&,
                            std::function<void()> done) {
      ++brought_in;
      when_brought_in(done);
    };
    config.steady_now = [this] { return steady_ms; };
    config.subscriber = keep(system().spawn(noting_subscriber, this));
  }

  ~consumer_fixture() {
    when_brought_in = nullptr;
    consumer = nullptr;
    config = {};
    routes.reset();
    partition = nullptr;
  }

  static subscriber_actor::behavior_type
  noting_subscriber(subscriber_actor::pointer, consumer_fixture* test) {
    return {
        [=](records_block& x) { test->blocks.push_back(std::move(x)); },
        [=](subscription_ended& x) { test->ends.push_back(std::move(x)); },
    };
  }

  /// Shows what the test says.
  static view_desk_actor::behavior_type
  dummy_views(view_desk_actor::pointer, consumer_fixture* test) {
    return {
        [=](const view_slice& x) {
          test->slices.push_back(x);
          auto answer = test->seen;
          answer.seen_bytes = x.records.size;
          return answer;
        },
        [](const reconfigure_stages&) {},
        [](const stage_pause_over&) {},
    };
  }

  void start() {
    consumer = keep(
        consumer_actor{spawn_on(system(), nullptr, actors::consumer, config)});
    run();
  }

  subscribed begin(storage::offset_t from) {
    return ask<subscribed>(consumer, subscribe{orders, from});
  }

  void request(uint32_t blocks) { tell(consumer, request_blocks{blocks}); }

  /// Batches of one record each.
  void append_some(int count) {
    for (int i = 0; i < count; ++i)
      append(1);
  }

  static std::vector<storage::offset_t> offsets(const records_block& x) {
    std::vector<storage::offset_t> all;
    auto done = x.for_each([&](const storage::record_view& record) {
      all.push_back(record.offset);
      return true;
    });
    REQUIRE(done);
    return all;
  }

  std::shared_ptr<published<routing>> routes;
  consumer_config config;
  consumer_actor consumer;
  std::vector<records_block> blocks;
  std::vector<subscription_ended> ends;
  std::vector<view_slice> slices;
  slice_viewed seen;
  int brought_in = 0;
  std::function<void(std::function<void()>)> when_brought_in =
      [](const std::function<void()>& done) { done(); };
};

using offset_list = std::vector<storage::offset_t>;

} // namespace

TEST_CASE_FIXTURE(consumer_fixture,
                  "consumer: records come when they are asked for, and once") {
  start();
  append_some(3);
  CHECK(begin(from_earliest).position == 0);
  CHECK(blocks.empty());
  request(1);
  REQUIRE(blocks.size() == 1);
  CHECK(offsets(blocks[0]) == offset_list{0, 1, 2});
  CHECK(blocks[0].from == orders);
  CHECK(blocks[0].end_offset == 3);
  CHECK(blocks[0].high_watermark == 3);
  append_some(2);
  CHECK(blocks.size() == 1);
  request(5);
  REQUIRE(blocks.size() == 2);
  CHECK(offsets(blocks[1]) == offset_list{3, 4});
  // What is left of the demand waits for news, and nobody polls.
  append_some(1);
  REQUIRE(blocks.size() == 3);
  CHECK(offsets(blocks[2]) == offset_list{5});
}

TEST_CASE_FIXTURE(consumer_fixture,
                  "consumer: a slow subscriber gets no more than it asks for") {
  config.options.block_bytes_max = 1;
  start();
  append_some(10);
  begin(0);
  request(3);
  REQUIRE(blocks.size() == 3);
  CHECK(offsets(blocks[2]) == offset_list{2});
  request(2);
  CHECK(blocks.size() == 5);
}

TEST_CASE_FIXTURE(consumer_fixture,
                  "consumer: a block begins in the middle of a batch") {
  start();
  append(1, storage::test::log_fixture::batch(5, 100, store.now));
  CHECK(begin(3).position == 3);
  request(1);
  REQUIRE(blocks.size() == 1);
  CHECK(offsets(blocks[0]) == offset_list{3, 4});
  CHECK(blocks[0].begin_offset == 3);
}

TEST_CASE_FIXTURE(consumer_fixture,
                  "consumer: the latest is behind what is there") {
  start();
  append_some(2);
  CHECK(begin(from_latest).position == 2);
  request(1);
  CHECK(blocks.empty());
  append_some(1);
  REQUIRE(blocks.size() == 1);
  CHECK(offsets(blocks[0]) == offset_list{2});
}

TEST_CASE_FIXTURE(consumer_fixture,
                  "consumer: offsets outside the log and unknown partitions "
                  "are refused") {
  start();
  append_some(2);
  CHECK(is(begin(3).why, storage::errc::offset_out_of_range));
  auto unknown = ask<subscribed>(consumer, subscribe{{"orders", 1}, 0});
  CHECK(is(unknown.why, errc::unknown_partition));
  CHECK(begin(2).why.ok());
  CHECK(is(begin(2).why, storage::errc::invalid_argument));
  tell(consumer, unsubscribe{orders});
  CHECK(begin(1).why.ok());
}

TEST_CASE_FIXTURE(consumer_fixture, "consumer: what was deleted below a reader "
                                    "ends its subscription") {
  config.options.block_bytes_max = 1;
  start();
  append_some(5);
  begin(0);
  request(1);
  CHECK(blocks.size() == 1);
  CHECK(ask<records_deleted>(partition, delete_records{3}).why.ok());
  request(1);
  CHECK(blocks.size() == 1);
  REQUIRE(ends.size() == 1);
  CHECK(is(ends[0].why, storage::errc::offset_out_of_range));
  CHECK(ends[0].what == orders);
  CHECK(ends[0].position == 1);
  // It may begin anew, with the demand that was not used.
  CHECK(begin(from_earliest).position == 3);
  CHECK(blocks.size() == 2);
}

TEST_CASE_FIXTURE(consumer_fixture,
                  "consumer: after a deletion it goes on where it is told") {
  config.options.block_bytes_max = 1;
  config.options.reset = offset_reset::earliest;
  start();
  append_some(5);
  begin(0);
  CHECK(ask<records_deleted>(partition, delete_records{3}).why.ok());
  request(1);
  REQUIRE(blocks.size() == 1);
  CHECK(offsets(blocks[0]) == offset_list{3});
  CHECK(ends.empty());
}

TEST_CASE_FIXTURE(consumer_fixture,
                  "consumer: without the leadership a replica will do, without "
                  "a replica nothing will") {
  start();
  append_some(1);
  routes->publish(routing_builder()
                      .topic("orders", 1, 1, partition)
                      .led_by("orders", 2, 4)
                      .build());
  CHECK(begin(0).why.ok());
  request(1);
  CHECK(blocks.size() == 1);
  routes->publish(routing_builder()
                      .topic("orders", 1, 1, partition)
                      .replicated_by("orders", {2, 3})
                      .build());
  append_some(1);
  request(1);
  REQUIRE(ends.size() == 1);
  CHECK(is(ends[0].why, errc::not_leader));
}

TEST_CASE_FIXTURE(consumer_fixture,
                  "consumer: another topic of the same name is not the one "
                  "that was subscribed to") {
  start();
  begin(0);
  routes->publish(routing_builder().topic("orders", 2, 1, partition).build());
  request(1);
  REQUIRE(ends.size() == 1);
  CHECK(is(ends[0].why, errc::unknown_partition));
}

TEST_CASE_FIXTURE(consumer_fixture,
                  "consumer: a partition that closes is looked for again") {
  start();
  append_some(1);
  begin(from_latest);
  request(1);
  close(true);
  routes->publish(routing_builder().build());
  CHECK(ends.empty());
  steady_ms = 10;
  pass(10ms);
  REQUIRE(ends.size() == 1);
  CHECK(is(ends[0].why, errc::unknown_partition));
}

TEST_CASE_FIXTURE(consumer_fixture,
                  "consumer: what is not in memory is brought in first") {
  start();
  append_some(1);
  begin(0);
  std::function<void()> done;
  when_brought_in = [&](std::function<void()> x) { done = std::move(x); };
  // The partition brings in the headers, the consumer the rest.
  store.fs.set_cold(true);
  request(1);
  REQUIRE(cold_reads.size() == 1);
  CHECK(blocks.empty());
  store.fs.set_cold(false);
  auto found = read(0);
  store.fs.set_cold(true);
  cold_reads.clear();
  found.ticket = 1;
  tell(caf::actor_cast<consumer_body_actor>(consumer), found);
  CHECK(brought_in == 1);
  CHECK(blocks.empty());
  store.fs.set_cold(false);
  REQUIRE(done);
  done();
  run();
  CHECK(blocks.size() == 1);
}

TEST_CASE_FIXTURE(consumer_fixture,
                  "consumer: of a topic with views it gives what is seen") {
  auto views = keep(system().spawn(dummy_views, this));
  routes->publish(routing_builder()
                      .topic("orders", 1, 1, partition)
                      .viewed_through("orders", views)
                      .build());
  start();
  append_some(2);
  begin(0);
  request(1);
  REQUIRE(slices.size() == 1);
  CHECK(slices[0].partition == 0);
  // Nothing has changed: the records themselves.
  REQUIRE(blocks.size() == 1);
  CHECK(offsets(blocks[0]) == offset_list{0, 1});
  append_some(1);
  seen.changed = true;
  seen.batches = storage::batch_builder{}
                     .base_offset(2)
                     .add(1, std::nullopt, "seen")
                     .build();
  request(1);
  REQUIRE(blocks.size() == 2);
  CHECK(offsets(blocks[1]) == offset_list{2});
  CHECK(blocks[1].end_offset == 3);
  seen = {};
  seen.why = storage::error{storage::errc::busy, "views fail"};
  append_some(1);
  request(1);
  CHECK(blocks.size() == 2);
  CHECK(ends.empty());
  seen = {};
  steady_ms = 10;
  pass(10ms);
  REQUIRE(blocks.size() == 3);
  CHECK(offsets(blocks[2]) == offset_list{3});
  slices.clear();
}

TEST_CASE_FIXTURE(consumer_fixture,
                  "consumer: it ends with its subscriber, and everybody hears "
                  "when it is ended") {
  start();
  append_some(1);
  begin(0);
  bool over = false;
  caf::actor_cast<caf::abstract_actor*>(consumer)->attach_functor(
      [&](const caf::error&) { over = true; });
  SUBCASE("the subscriber ends") {
    caf::anon_send_exit(config.subscriber, caf::exit_reason::user_shutdown);
    run();
    CHECK(over);
    CHECK(ends.empty());
  }
  SUBCASE("the consumer is ended") {
    caf::anon_send_exit(consumer, caf::exit_reason::user_shutdown);
    run();
    CHECK(over);
    REQUIRE(ends.size() == 1);
    CHECK(is(ends[0].why, errc::stopping));
    CHECK(ends[0].position == 0);
  }
}
