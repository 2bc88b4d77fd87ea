// SPDX-License-Identifier: Apache-2.0
#include "actor_fixture.h"

#include <troupe/actors/node.h>
#include <troupe/actors/producer.h>
#include <troupe/actors/remote_consumer.h>
#include <troupe/storage/record_batch.h>

#include <caf/scoped_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 60s;
const storage::topic_partition orders{"orders", 0};

/// What a subscriber heard, for the test's thread.
struct heard {
  template <class F>
  void note(F change) {
    std::lock_guard lock(guard);
    change(*this);
    changed.notify_all();
  }

  bool wait(const std::function<bool(const heard&)>& until) {
    std::unique_lock lock(guard);
    return changed.wait_for(lock, patience, [&] { return until(*this); });
  }

  std::mutex guard;
  std::condition_variable changed;
  std::vector<std::string> values;
  std::vector<records_block> blocks;
  std::vector<subscription_ended> ends;
};

subscriber_actor::behavior_type
noting_subscriber(subscriber_actor::pointer, std::shared_ptr<heard> to) {
  return {
      [to](const records_block& x) {
        to->note([&](heard& y) {
          y.blocks.push_back(x);
          auto read = x.for_each([&](const storage::record_view& record) {
            y.values.emplace_back(record.value.value_or(""));
            return true;
          });
          CHECK(read);
        });
      },
      [to](const subscription_ended& x) {
        to->note([&](heard& y) { y.ends.push_back(x); });
      },
  };
}

/// The settings of a program that reads on a node elsewhere.
struct program_config : caf::actor_system_config {
  program_config() {
    set("logger.verbosity", caf::atom("quiet"));
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", size_t{1});
    prepare_remote_consumers(*this);
  }
};

/// A node with a cluster port, and beside it an actor system that shares
/// nothing with it but the port.
struct remote_fixture {
  remote_fixture() {
    node_options options;
    options.temporary = true;
    options.config.lanes = 1;
    options.config.cluster.listen = "127.0.0.1:0";
    auto made = node::start(std::move(options));
    REQUIRE_MESSAGE(made, made.error().message);
    home = std::move(*made);
    where = home->cluster_address();
    cluster::new_topic topic;
    topic.name = "orders";
    topic.num_partitions = 2;
    auto created = home->create_topic(topic);
    REQUIRE_MESSAGE(created, created.error().message);
    subscriber = system.spawn(noting_subscriber, told);
  }

  ~remote_fixture() {
    in = nullptr;
    caf::anon_send_exit(subscriber, caf::exit_reason::user_shutdown);
    subscriber = nullptr;
  }

  remote_consumer_options options() const {
    remote_consumer_options x;
    x.node = where;
    x.timeout = patience;
    return x;
  }

  void connect(const remote_consumer_options& x) {
    auto made = connect_consumer(system, x, subscriber);
    REQUIRE_MESSAGE(made, made.error().message);
    in = *made;
  }

  subscribed begin(storage::topic_partition what, storage::offset_t from) {
    caf::scoped_actor self{system};
    subscribed answer;
    self->request(in, patience, subscribe{std::move(what), from})
        .receive([&](subscribed& x) { answer = std::move(x); },
                 [&](const caf::error&) {
                   answer.why = {errc::timed_out, "no answer"};
                 });
    return answer;
  }

  void request(uint32_t blocks) { caf::anon_send(in, request_blocks{blocks}); }

  void write(int count, int32_t partition = 0) {
    auto out = producer::open(*home);
    REQUIRE(out);
    for (int i = 0; i < count; ++i) {
      outgoing_record x;
      x.topic = "orders";
      x.partition = partition;
      x.value = std::to_string(next++);
      auto done = (*out)->append(std::move(x));
      REQUIRE_MESSAGE(done, done.error().message);
    }
  }

  std::vector<std::string> numbers(int from, int to) const {
    std::vector<std::string> all;
    for (int i = from; i < to; ++i)
      all.push_back(std::to_string(i));
    return all;
  }

  std::unique_ptr<node> home;
  transport::endpoint where;
  program_config config;
  caf::actor_system system{config};
  std::shared_ptr<heard> told = std::make_shared<heard>();
  subscriber_actor subscriber;
  consumer_actor in;
  int next = 0;
};

} // namespace

TEST_CASE_FIXTURE(remote_fixture,
                  "remote_consumer: records come from another process's node, "
                  "as many blocks as are asked for") {
  write(50);
  auto asked = options();
  asked.reading.block_bytes_max = 1;
  connect(asked);
  auto answer = begin(orders, from_earliest);
  REQUIRE_MESSAGE(answer.why.ok(), answer.why.message);
  CHECK(answer.position == 0);
  request(3);
  CHECK(told->wait([](const heard& x) { return x.blocks.size() == 3; }));
  // More than the node lets be under way.
  request(40);
  CHECK(told->wait([](const heard& x) { return x.blocks.size() == 43; }));
  request(100);
  CHECK(told->wait([](const heard& x) { return x.values.size() == 50; }));
  CHECK(told->values == numbers(0, 50));
  write(5);
  CHECK(told->wait([](const heard& x) { return x.values.size() == 55; }));
  CHECK(told->values == numbers(0, 55));
  CHECK(told->blocks.back().end_offset == 55);
  CHECK(told->blocks.back().from == orders);
}

TEST_CASE_FIXTURE(remote_fixture,
                  "remote_consumer: refusals come back as they are in process, "
                  "and who unsubscribes may begin anew") {
  write(5);
  connect(options());
  CHECK(is(begin({"lost", 0}, 0).why, errc::unknown_partition));
  CHECK(is(begin(orders, 99).why, storage::errc::offset_out_of_range));
  CHECK(begin(orders, 0).why.ok());
  CHECK(is(begin(orders, 0).why, storage::errc::invalid_argument));
  request(10);
  CHECK(told->wait([](const heard& x) { return x.values.size() == 5; }));
  caf::anon_send(in, unsubscribe{orders});
  CHECK(begin(orders, 3).position == 3);
  CHECK(told->wait([](const heard& x) { return x.values.size() == 7; }));
  CHECK(told->values.back() == "4");
}

TEST_CASE_FIXTURE(remote_fixture,
                  "remote_consumer: when the node stops every subscription "
                  "ends") {
  write(5);
  connect(options());
  REQUIRE(begin(orders, 0).why.ok());
  REQUIRE(begin({"orders", 1}, 0).why.ok());
  request(10);
  CHECK(told->wait([](const heard& x) { return x.values.size() == 5; }));
  CHECK(home->stop());
  REQUIRE(told->wait([](const heard& x) { return x.ends.size() == 2; }));
  for (const auto& x : told->ends)
    CHECK(is(x.why, errc::stopping));
  auto none = connect_consumer(system, options(), subscriber);
  CHECK_FALSE(none);
}

TEST_CASE_FIXTURE(remote_fixture,
                  "remote_consumer: a node lets go of those whose process "
                  "ended") {
  // More than may be at a time, one after the other.
  for (int i = 0; i < 3; ++i) {
    program_config other_config;
    caf::actor_system other{other_config};
    auto listener = other.spawn(noting_subscriber, told);
    auto made = connect_consumer(other, options(), listener);
    REQUIRE_MESSAGE(made, made.error().message);
    caf::anon_send_exit(listener, caf::exit_reason::user_shutdown);
  }
  // It stops in time only when nobody is left.
  CHECK(home->stop());
}

TEST_CASE_FIXTURE(remote_fixture,
                  "remote_consumer: options that make no sense, and nodes that "
                  "are not there, are refused") {
  auto x = options();
  x.reading.group.emplace();
  CHECK_FALSE(connect_consumer(system, x, subscriber));
  CHECK_FALSE(connect_consumer(system, options(), {}));
  x = options();
  x.timeout = 0ms;
  CHECK_FALSE(connect_consumer(system, x, subscriber));
  x = options();
  x.reading.block_bytes_max = 0;
  auto refused = connect_consumer(system, x, subscriber);
  REQUIRE_FALSE(refused);
  CHECK(is(refused.error(), storage::errc::invalid_argument));
  x = options();
  // Nobody listens there.
  x.node.port = 1;
  CHECK_FALSE(connect_consumer(system, x, subscriber));
  caf::actor_system_config plain;
  caf::actor_system unprepared(plain);
  auto lonely = connect_consumer(unprepared, options(), subscriber);
  REQUIRE_FALSE(lonely);
  CHECK(is(lonely.error(), storage::errc::invalid_argument));
}
