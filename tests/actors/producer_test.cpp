// SPDX-License-Identifier: Apache-2.0
#include "client_node_fixture.h"

#include <troupe/actors/producer.h>
#include <troupe/actors/producer_interfaces.h>

#include <caf/execution_unit.hpp>
#include <caf/scoped_actor.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

std::unique_ptr<producer> opened(node& home, producer_options options = {}) {
  auto made = producer::open(home, options);
  REQUIRE_MESSAGE(made, made.error().message);
  return std::move(*made);
}

/// The settings of a program that uses CAF for itself.
struct foreign_config : caf::actor_system_config {
  foreign_config() { set("logger.verbosity", caf::atom("quiet")); }
};

} // namespace

TEST_CASE_FIXTURE(client_node_fixture,
                  "producer: a Kafka client reads what was appended without a "
                  "socket") {
  auto out = opened(*home);
  auto first = out->append(record("a"));
  REQUIRE_MESSAGE(first, first.error().message);
  CHECK(first->partition == 0);
  CHECK(first->offset == 0);
  storage::batch_builder builder;
  builder.add(1, "k", "b").add(2, {}, "c");
  auto batch = out->append({"orders", 0}, builder.build());
  REQUIRE_MESSAGE(batch, batch.error().message);
  CHECK(batch->offset == 1);
  CHECK(fetched() == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE_FIXTURE(client_node_fixture,
                  "producer: posts keep their order, whatever is in flight") {
  producer_options options;
  options.batch_bytes_max = 1000;
  options.bytes_in_flight_max = 20'000;
  auto out = opened(*home, options);
  std::vector<std::string> posted;
  for (int i = 0; i < 3000; ++i) {
    posted.push_back("record " + std::to_string(i));
    REQUIRE(out->post(record(posted.back())));
  }
  auto flushed = out->flush();
  REQUIRE_MESSAGE(flushed, flushed.error().message);
  CHECK(fetched() == posted);
}

TEST_CASE_FIXTURE(client_node_fixture,
                  "producer: a flush tells the first failure once") {
  auto out = opened(*home);
  auto lost = record("a");
  lost.topic = "lost";
  REQUIRE(out->post(lost));
  REQUIRE(out->post(record("b")));
  auto flushed = out->flush();
  REQUIRE_FALSE(flushed);
  CHECK(is(flushed.error(), errc::unknown_partition));
  CHECK(out->flush());
  CHECK(fetched() == std::vector<std::string>{"b"});
}

TEST_CASE_FIXTURE(client_node_fixture,
                  "producer: a node that stops meanwhile lets nobody wait") {
  producer_options options;
  options.bytes_in_flight_max = 10'000;
  auto out = opened(*home, options);
  std::atomic<int> taken{0};
  problem end;
  std::thread thread([&] {
    for (;;) {
      auto done = out->post(record(std::string(1000, 'x')));
      if (!done) {
        end = done.error();
        return;
      }
      ++taken;
      taken.notify_one();
    }
  });
  taken.wait(0);
  CHECK(home->stop());
  thread.join();
  CHECK(is(end, errc::stopping));
  auto late = out->append(record("late"));
  REQUIRE_FALSE(late);
  CHECK(is(late.error(), errc::stopping));
  // Nobody opens one any more, and the old one may outlive the node.
  CHECK_FALSE(producer::open(*home));
  home.reset();
  CHECK_FALSE(out->append(record("late")));
}

TEST_CASE_FIXTURE(client_node_fixture,
                  "producer: a large record gets its credit, however many "
                  "small ones are in a hurry") {
  producer_options options;
  options.bytes_in_flight_max = 20'000;
  auto out = opened(*home, options);
  std::atomic<bool> over{false};
  std::atomic<bool> fine{true};
  std::vector<std::thread> hasty;
  for (int i = 0; i < 3; ++i)
    hasty.emplace_back([&] {
      while (!over)
        if (!out->post(record(std::string(500, 'x'))))
          fine = false;
    });
  // All that there is: it fits only when nothing else is under way.
  for (int i = 0; i < 20; ++i) {
    auto done = out->append(record(std::string(19'900, 'y')));
    CHECK_MESSAGE(done, done.error().message);
  }
  over = true;
  for (auto& x : hasty)
    x.join();
  CHECK(fine);
  CHECK(out->flush());
}

TEST_CASE("producer: what is too large together is sent apart") {
  client_node_fixture x(1, {{"max.message.bytes", "2000"}});
  producer_options options;
  options.batch_bytes_max = 100'000;
  options.linger = 50ms;
  auto out = opened(*x.home, options);
  std::vector<std::string> posted;
  for (int i = 0; i < 40; ++i) {
    posted.push_back(std::to_string(i) + std::string(400, 'x'));
    REQUIRE(out->post(x.record(posted.back())));
  }
  auto flushed = out->flush();
  CHECK_MESSAGE(flushed, flushed.error().message);
  CHECK(x.fetched() == posted);
  auto alone = out->append(x.record(std::string(3000, 'x')));
  REQUIRE_FALSE(alone);
  CHECK(is(alone.error(), storage::errc::batch_too_large));
}

TEST_CASE_FIXTURE(client_node_fixture,
                  "producer: options that make no sense are refused") {
  producer_options options;
  options.batches_in_flight_max = 6;
  CHECK_FALSE(producer::open(*home, options));
  options = {};
  options.bytes_in_flight_max = 0;
  CHECK_FALSE(producer::open(*home, options));
  options = {};
  options.delivery_timeout = 0ms;
  CHECK_FALSE(producer::open(*home, options));
}

TEST_CASE_FIXTURE(client_node_fixture,
                  "producer: actors of an actor system of the program's own "
                  "use it, and outlive it") {
  foreign_config config;
  caf::actor_system system(config);
  auto out = spawn_producer(*home, {});
  REQUIRE(out);
  caf::scoped_actor self{system};
  std::optional<records_produced> answer;
  auto note = [&](records_produced& x) { answer = std::move(x); };
  auto fail = [&](const caf::error&) { answer.reset(); };
  produce_record what{record("a")};
  self->request(*out, caf::infinite, what).receive(note, fail);
  REQUIRE(answer);
  CHECK_MESSAGE(answer->why.ok(), answer->why.message);

  // Its pooled actors run on its own threads, also when a lane wakes them.
  std::promise<bool> ran;
  system.spawn([&, target = *out](caf::event_based_actor* me) {
    me->request(target, caf::infinite, produce_record{record("b")})
        .then([&, me](const records_produced& x) {
          ran.set_value(x.why.ok() && &me->context()->system() == &system);
        });
  });
  auto at_home = ran.get_future();
  REQUIRE(at_home.wait_for(30s) == std::future_status::ready);
  CHECK(at_home.get());
  CHECK(fetched() == std::vector<std::string>{"a", "b"});

  CHECK(home->stop());
  home.reset();
  answer = records_produced{};
  self->request(*out, caf::infinite, what).receive(note, fail);
  CHECK_FALSE(answer);
}
