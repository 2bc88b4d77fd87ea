// SPDX-License-Identifier: Apache-2.0
#include "client_partition_fixture.h"
#include "producer_actor.h"

#include <chrono>
#include <string>
#include <utility>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

/// A real producer between a noting partition and whoever asks.
struct producer_fixture : client_partition_fixture {
  producer_fixture() {
    config.options.idempotent = false;
    config.options.retry_backoff = 10ms;
    config.options.delivery_timeout = 1000ms;
    config.self = this_node;
    config.routes = routes;
    config.controller = controller;
    config.now = [] { return storage::timestamp_ms{1000}; };
    config.steady_now = [this] { return steady_ms; };
  }

  ~producer_fixture() {
    producer = nullptr;
    config = {};
  }

  void start() {
    producer = keep(
        producer_actor{spawn_on(system(), nullptr, actors::producer, config)});
    run();
  }

  static produce_record record(int32_t partition = 0, size_t bytes = 10) {
    produce_record x;
    x.record.topic = "orders";
    x.record.partition = partition;
    x.record.value = std::string(bytes, 'v');
    return x;
  }

  auto produce(produce_record x) {
    return start_asking<records_produced>(producer, std::move(x));
  }

  producer_config config;
  producer_actor producer;
};

} // namespace

TEST_CASE_FIXTURE(producer_fixture,
                  "producer: a record is answered when its partition did") {
  start();
  auto answer = produce(record(1));
  REQUIRE(appends.size() == 1);
  CHECK(appends[0].acks == -1);
  CHECK_FALSE(answer->has_value());
  next_offset = 7;
  finish_append();
  REQUIRE(answer->has_value());
  CHECK((*answer)->why.ok());
  CHECK((*answer)->partition == 1);
  CHECK((*answer)->offset == 7);
}

TEST_CASE_FIXTURE(producer_fixture,
                  "producer: records that came together share a batch, and "
                  "each is told its offset") {
  start();
  std::vector<storage::offset_t> offsets;
  for (int i = 0; i < 3; ++i) {
    produce_record_and_tell x;
    x.what = record();
    x.then = [&](records_produced& y) { offsets.push_back(y.offset); };
    caf::anon_send(caf::actor_cast<producer_body_actor>(producer),
                   std::move(x));
  }
  run();
  REQUIRE(appends.size() == 1);
  finish_append();
  CHECK(offsets == std::vector<storage::offset_t>{0, 1, 2});
}

TEST_CASE_FIXTURE(producer_fixture,
                  "producer: its timers do not become more and more") {
  config.options.linger = 5ms;
  start();
  auto produce_and_wait = [&](int rounds) {
    for (int i = 0; i < rounds; ++i) {
      produce_record_and_tell x;
      x.what = record();
      x.then = [](records_produced&) {};
      caf::anon_send(caf::actor_cast<producer_body_actor>(producer),
                     std::move(x));
      run();
      steady_ms += 5;
      pass(5ms);
      REQUIRE(appends.size() == static_cast<size_t>(1));
      finish_append();
    }
    return pending_timers();
  };
  // Those of a second, which is as long as any of them waits.
  auto after_a_second = produce_and_wait(200);
  CHECK(produce_and_wait(400) <= after_a_second + 10);
}

TEST_CASE_FIXTURE(producer_fixture,
                  "producer: topics of the broker are not for users") {
  start();
  auto x = record();
  x.record.topic = "__consumer_offsets";
  auto answer = produce(x);
  REQUIRE(answer->has_value());
  CHECK(is((*answer)->why, storage::errc::invalid_argument));
  CHECK(appends.empty());
}

TEST_CASE_FIXTURE(producer_fixture,
                  "producer: above its credit it refuses, and tells when there "
                  "is some again") {
  config.options.bytes_in_flight_max = 1000;
  start();
  auto first = produce(record(0, 700));
  auto second = produce(record(0, 700));
  REQUIRE(second->has_value());
  CHECK(is((*second)->why, storage::errc::busy));
  auto credit = start_asking<credit_given>(producer, await_credit{700});
  CHECK_FALSE(credit->has_value());
  auto never = ask<credit_given>(producer, await_credit{1001});
  CHECK(is(never.why, storage::errc::invalid_argument));
  finish_append();
  REQUIRE(credit->has_value());
  CHECK((*credit)->why.ok());
  CHECK_FALSE(produce(record(0, 700))->has_value());
  auto huge = produce(record(0, 2000));
  REQUIRE(huge->has_value());
  CHECK(is((*huge)->why, storage::errc::batch_too_large));
}

TEST_CASE_FIXTURE(producer_fixture,
                  "producer: unknown topics and partitions are refused") {
  start();
  auto x = record();
  x.record.topic = "lost";
  auto refused = ask<records_produced>(producer, x);
  CHECK(is(refused.why, errc::unknown_partition));
  for (int32_t partition : {-1, 2})
    CHECK(is(ask<records_produced>(producer, record(partition)).why,
             errc::unknown_partition));
  CHECK(appends.empty());
}

TEST_CASE_FIXTURE(producer_fixture,
                  "producer: what another node leads is refused with its id") {
  start();
  publish(routing_builder()
              .topic("orders", 1, 2, partition)
              .led_by("orders", 2, 4));
  auto refused = ask<records_produced>(producer, record());
  CHECK(is(refused.why, errc::not_leader));
  CHECK(refused.why.message.find("node 2 leads orders-0") == 0);
}

TEST_CASE_FIXTURE(producer_fixture,
                  "producer: a batch whose leadership moved away on its way is "
                  "not delivered") {
  start();
  auto answer = produce(record());
  publish(routing_builder()
              .topic("orders", 1, 2, partition)
              .led_by("orders", 2, 4));
  finish_append({errc::not_leader, "not any more"});
  CHECK_FALSE(answer->has_value());
  steady_ms = 10;
  pass(10ms);
  REQUIRE(answer->has_value());
  CHECK(is((*answer)->why, errc::not_leader));
}

TEST_CASE_FIXTURE(producer_fixture,
                  "producer: without a leader it waits for one, until the "
                  "delivery timeout") {
  start();
  publish(routing_builder()
              .topic("orders", 1, 2, partition)
              .led_by("orders", cluster::no_node, 4));
  auto first = produce(record());
  CHECK(appends.empty());
  publish(routing_builder().topic("orders", 1, 2, partition));
  steady_ms = 10;
  pass(10ms);
  REQUIRE(appends.size() == 1);
  finish_append();
  CHECK(first->has_value());
  auto second = produce(record());
  steady_ms = 2000;
  pass(2000ms);
  REQUIRE(second->has_value());
  CHECK(is((*second)->why, errc::timed_out));
}

TEST_CASE_FIXTURE(producer_fixture,
                  "producer: an idempotent one numbers its batches, and asks "
                  "again for an id that it did not get") {
  config.options.idempotent = true;
  id_refusal = {errc::timed_out, "no quorum"};
  start();
  produce(record());
  CHECK(appends.empty());
  id_refusal = {};
  steady_ms = 10;
  pass(10ms);
  REQUIRE(appends.size() == 1);
  auto header = storage::parse_batch_header(appends[0].batch.bytes());
  CHECK(header->producer_id == 500);
  CHECK(header->base_sequence == 0);
}

TEST_CASE_FIXTURE(producer_fixture,
                  "producer: a flush ends the lingering and waits") {
  config.options.linger = 500ms;
  start();
  auto answer = produce(record());
  CHECK(appends.empty());
  auto flushed = start_asking<producer_flushed>(producer, flush_producer{});
  REQUIRE(appends.size() == 1);
  CHECK_FALSE(flushed->has_value());
  finish_append();
  CHECK(flushed->has_value());
  CHECK(answer->has_value());
}

TEST_CASE_FIXTURE(producer_fixture,
                  "producer: a whole batch goes as it is, other bytes not") {
  start();
  storage::batch_builder builder;
  builder.add(1, "k", "v").add(1, "k", "w");
  produce_batch x{{"orders", 0}, builder.build()};
  auto answer = start_asking<records_produced>(producer, x);
  REQUIRE(appends.size() == 1);
  CHECK(appends[0].batch.data() == x.batch.data());
  next_offset = 5;
  finish_append();
  REQUIRE(answer->has_value());
  CHECK((*answer)->offset == 5);
  x.batch = storage::buffer::copy_of(std::string(100, 'x'));
  auto refused = ask<records_produced>(producer, x);
  CHECK(is(refused.why, storage::errc::corrupt_batch));
}

TEST_CASE_FIXTURE(producer_fixture,
                  "producer: whoever waits is told when it ends") {
  config.options.bytes_in_flight_max = 100;
  start();
  auto answer = produce(record());
  auto credit = start_asking<credit_given>(producer, await_credit{100});
  auto flushed = start_asking<producer_flushed>(producer, flush_producer{});
  caf::anon_send_exit(producer, caf::exit_reason::user_shutdown);
  run();
  REQUIRE(answer->has_value());
  CHECK(is((*answer)->why, errc::stopping));
  REQUIRE(credit->has_value());
  CHECK(is((*credit)->why, errc::stopping));
  CHECK(flushed->has_value());
}
