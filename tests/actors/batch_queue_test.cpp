// SPDX-License-Identifier: Apache-2.0
#include "actor_fixture.h"
#include "batch_queue.h"

#include <chrono>
#include <string>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

constexpr size_t record_bytes = 100;

struct queue_fixture {
  queue_fixture() {
    options.batch_bytes_max = 3 * record_bytes;
    options.retry_backoff = 10ms;
    options.delivery_timeout = 1000ms;
    options.idempotent = false;
  }

  void add(ticket_t asked) {
    outgoing_record x;
    x.key = "key";
    x.value = "value " + std::to_string(asked);
    queue.add(asked, x, 1, record_bytes, now_ms);
  }

  /// The queue has an id, and the partition has heard of it.
  void introduce(storage::producer_id_t id) {
    constexpr ticket_t ticket = 100;
    add(ticket);
    queue.give_id(id);
    send(ticket);
    REQUIRE(answer(ticket));
  }

  storage::batch_header send(ticket_t ticket) {
    auto batch = queue.send_next(ticket, now_ms);
    REQUIRE(batch);
    return *storage::parse_batch_header(batch->bytes());
  }

  std::optional<settled_batch> answer(ticket_t ticket, problem why = {}) {
    append_finished x;
    x.ticket = ticket;
    x.why = std::move(why);
    x.info.base_offset = 40;
    return queue.answered(ticket, x, now_ms);
  }

  producer_options options;
  batch_queue queue{options};
  int64_t now_ms = 0;
};

problem gap() {
  return storage::error{storage::errc::out_of_order_sequence, "a gap"};
}

problem too_much() {
  return storage::error{storage::errc::batch_too_large, "too large"};
}

problem too_few() {
  return {errc::not_enough_replicas, "too few"};
}

} // namespace

TEST_CASE_FIXTURE(queue_fixture,
                  "batch_queue: records share a batch up to its bound") {
  for (ticket_t i = 1; i <= 4; ++i)
    add(i);
  CHECK(send(1).records_count == 3);
  CHECK(send(2).records_count == 1);
  CHECK_FALSE(queue.send_next(3, now_ms));
  auto done = answer(1);
  REQUIRE(done);
  CHECK(done->asked == std::vector<ticket_t>{1, 2, 3});
  CHECK(done->base_offset == 40);
  CHECK(done->bytes == 3 * record_bytes);
  CHECK_FALSE(answer(1));
  CHECK(answer(2)->asked == std::vector<ticket_t>{4});
  CHECK(queue.empty());
}

TEST_CASE_FIXTURE(queue_fixture,
                  "batch_queue: a batch lingers until it is full or flushed") {
  options.linger = 5ms;
  add(1);
  CHECK_FALSE(queue.due(now_ms));
  CHECK(queue.wake_at_ms(now_ms) == 5);
  now_ms = 5;
  CHECK(send(1).records_count == 1);
  add(2);
  add(3);
  CHECK_FALSE(queue.due(now_ms));
  add(4);
  CHECK(send(2).records_count == 3);
  add(5);
  CHECK_FALSE(queue.due(now_ms));
  queue.flush();
  CHECK(send(3).records_count == 1);
}

TEST_CASE_FIXTURE(queue_fixture,
                  "batch_queue: a deadline that has passed is looked at") {
  add(1);
  send(1);
  auto deadline = queue.wake_at_ms(now_ms);
  REQUIRE(deadline);
  CHECK(*deadline == options.delivery_timeout.count());
  now_ms = *deadline;
  CHECK(queue.wake_at_ms(now_ms) == now_ms);
  now_ms += 5;
  CHECK(queue.wake_at_ms(now_ms) == now_ms);
}

TEST_CASE_FIXTURE(queue_fixture, "batch_queue: as many are sent as may be") {
  options.batches_in_flight_max = 2;
  for (ticket_t i = 1; i <= 9; ++i)
    add(i);
  send(1);
  send(2);
  CHECK_FALSE(queue.due(now_ms));
  CHECK(answer(2));
  send(3);
  CHECK_FALSE(queue.due(now_ms));
}

TEST_CASE_FIXTURE(queue_fixture,
                  "batch_queue: what failed goes again before younger ones") {
  for (ticket_t i = 1; i <= 7; ++i)
    add(i);
  send(1);
  CHECK_FALSE(answer(1, too_few()));
  CHECK_FALSE(queue.due(now_ms));
  CHECK(queue.wake_at_ms(now_ms) == 10);
  now_ms = 10;
  send(2);
  send(3);
  CHECK(answer(2)->asked.front() == 1);
  CHECK(answer(3)->asked.front() == 4);
}

TEST_CASE_FIXTURE(queue_fixture,
                  "batch_queue: what cannot pass ends the batch alone") {
  for (ticket_t i = 1; i <= 4; ++i)
    add(i);
  send(1);
  send(2);
  auto done = answer(1, {errc::partition_offline, "disk"});
  REQUIRE(done);
  CHECK(is(done->why, errc::partition_offline));
  CHECK(answer(2)->why.ok());
}

TEST_CASE_FIXTURE(queue_fixture,
                  "batch_queue: what takes too long is given up, and its late "
                  "answer is nobody's") {
  add(1);
  send(1);
  now_ms = 999;
  CHECK(queue.expire(now_ms).empty());
  now_ms = 1000;
  auto late = queue.expire(now_ms);
  REQUIRE(late.size() == 1);
  CHECK(is(late[0].why, errc::timed_out));
  CHECK_FALSE(answer(1));
  CHECK(queue.empty());
}

TEST_CASE_FIXTURE(queue_fixture,
                  "batch_queue: numbers go on, and stay with a batch") {
  options.idempotent = true;
  introduce(77);
  for (ticket_t i = 1; i <= 4; ++i)
    add(i);
  auto first = send(1);
  CHECK(first.producer_id == 77);
  CHECK(first.base_sequence == 1);
  CHECK(send(2).base_sequence == 4);
  // The first is refused, and so the second leaves a gap.
  CHECK_FALSE(answer(1, too_few()));
  CHECK_FALSE(answer(2, gap()));
  now_ms = 10;
  CHECK(send(3).base_sequence == 1);
  CHECK(send(4).base_sequence == 4);
}

TEST_CASE_FIXTURE(queue_fixture,
                  "batch_queue: before its first number is acknowledged "
                  "nothing follows it") {
  options.idempotent = true;
  for (ticket_t i = 1; i <= 4; ++i)
    add(i);
  CHECK_FALSE(queue.send_next(1, now_ms));
  CHECK(queue.wants_id(now_ms));
  queue.give_id(77);
  auto first = send(1);
  CHECK(first.producer_id == 77);
  CHECK(first.base_sequence == 0);
  CHECK_FALSE(queue.due(now_ms));
  CHECK(answer(1));
  CHECK(send(2).base_sequence == 3);
}

TEST_CASE_FIXTURE(queue_fixture,
                  "batch_queue: after a batch is given up numbers begin anew, "
                  "once those of old are settled") {
  options.idempotent = true;
  introduce(77);
  for (ticket_t i = 1; i <= 7; ++i)
    add(i);
  send(1);
  send(2);
  CHECK(answer(1, {errc::internal, "lost"}));
  CHECK(queue.wants_id(now_ms));
  queue.give_id(78);
  CHECK_FALSE(queue.send_next(3, now_ms));
  CHECK_FALSE(answer(2, gap()));
  now_ms = 10;
  auto again = send(3);
  CHECK(again.producer_id == 78);
  CHECK(again.base_sequence == 0);
  CHECK(again.records_count == 3);
  CHECK(answer(3));
  CHECK(send(4).base_sequence == 3);
}

TEST_CASE_FIXTURE(queue_fixture,
                  "batch_queue: a partition that forgot the numbers is given "
                  "new ones") {
  options.idempotent = true;
  add(1);
  queue.give_id(77);
  send(1);
  CHECK_FALSE(answer(1, gap()));
  now_ms = 10;
  CHECK(queue.wants_id(now_ms));
  queue.give_id(78);
  CHECK(send(2).producer_id == 78);
}

TEST_CASE_FIXTURE(queue_fixture, "batch_queue: whole batches are left alone") {
  options.idempotent = true;
  introduce(77);
  storage::batch_builder builder;
  builder.add(1, "k", "v");
  auto whole = builder.build();
  add(1);
  queue.add(2, whole, now_ms);
  add(3);
  CHECK(send(1).records_count == 1);
  auto sent = queue.send_next(2, now_ms);
  REQUIRE(sent);
  CHECK(sent->data() == whole.data());
  CHECK(send(3).base_sequence == 2);
}

TEST_CASE_FIXTURE(queue_fixture,
                  "batch_queue: without a partition a batch waits or ends") {
  add(1);
  queue.postpone_next(now_ms);
  CHECK_FALSE(queue.due(now_ms));
  now_ms = 10;
  CHECK(queue.due(now_ms));
  auto done = queue.refuse_next({errc::not_leader, "moved"}, now_ms);
  REQUIRE(done);
  CHECK(is(done->why, errc::not_leader));
  CHECK(queue.empty());
}

TEST_CASE_FIXTURE(queue_fixture,
                  "batch_queue: what is too large is sent in halves, down to "
                  "single records") {
  for (ticket_t i = 1; i <= 3; ++i)
    add(i);
  send(1);
  CHECK_FALSE(answer(1, too_much()));
  // At once: waiting would not help.
  CHECK(send(2).records_count == 1);
  // One after the other, for the next may be small enough and be there first.
  CHECK_FALSE(queue.due(now_ms));
  CHECK(answer(2)->asked == std::vector<ticket_t>{1});
  CHECK(send(3).records_count == 2);
  CHECK_FALSE(answer(3, too_much()));
  CHECK(send(4).records_count == 1);
  auto refused = answer(4, too_much());
  REQUIRE(refused);
  CHECK(is(refused->why, storage::errc::batch_too_large));
  CHECK(refused->asked == std::vector<ticket_t>{2});
  CHECK(refused->bytes == record_bytes);
  CHECK(send(5).records_count == 1);
  CHECK(answer(5)->asked == std::vector<ticket_t>{3});
  CHECK(queue.empty());
}

TEST_CASE_FIXTURE(queue_fixture,
                  "batch_queue: halves have the records and the numbers of the "
                  "whole, and go before younger batches") {
  options.idempotent = true;
  introduce(77);
  for (ticket_t i = 1; i <= 4; ++i)
    add(i);
  send(1);
  CHECK(send(2).base_sequence == 4);
  CHECK_FALSE(answer(1, too_much()));
  CHECK_FALSE(answer(2, gap()));
  auto half = queue.send_next(3, now_ms);
  REQUIRE(half);
  std::vector<std::string> values;
  auto read = storage::for_each_record(half->bytes(), half->size(),
                                       [&](const storage::record_view& x) {
                                         CHECK(x.key == "key");
                                         CHECK(x.timestamp == 1);
                                         values.emplace_back(*x.value);
                                         return true;
                                       });
  REQUIRE(read);
  CHECK(values == std::vector<std::string>{"value 1"});
  CHECK(storage::parse_batch_header(half->bytes())->base_sequence == 1);
  CHECK(answer(3));
  auto rest = send(4);
  CHECK(rest.base_sequence == 2);
  CHECK(rest.records_count == 2);
  CHECK(rest.producer_id == 77);
  CHECK(answer(4));
  now_ms = 10;
  CHECK(send(5).base_sequence == 4);
}

TEST_CASE_FIXTURE(queue_fixture,
                  "batch_queue: a batch that came whole is never taken apart") {
  storage::batch_builder builder;
  builder.add(1, {}, "a").add(1, {}, "b");
  queue.add(1, builder.build(), now_ms);
  send(1);
  auto done = answer(1, too_much());
  REQUIRE(done);
  CHECK(is(done->why, storage::errc::batch_too_large));
}
