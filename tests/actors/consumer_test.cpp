// SPDX-License-Identifier: Apache-2.0
#include "client_node_fixture.h"

#include <troupe/actors/consumer.h>
#include <troupe/actors/consumer_interfaces.h>
#include <troupe/actors/producer.h>
#include <troupe/transport/kafka/messages/delete_topics.h>
#include <troupe/transport/kafka/messages/produce.h>

#include <caf/scoped_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 60s;
const storage::topic_partition orders{"orders", 0};

struct consumer_node_fixture : client_node_fixture {
  using client_node_fixture::client_node_fixture;

  std::unique_ptr<consumer> opened(consumer_options options = {}) {
    auto made = consumer::open(*home, options);
    REQUIRE_MESSAGE(made, made.error().message);
    return std::move(*made);
  }

  std::unique_ptr<producer> writer() {
    producer_options options;
    options.batch_bytes_max = 1000;
    auto made = producer::open(*home, options);
    REQUIRE_MESSAGE(made, made.error().message);
    return std::move(*made);
  }

  /// What a Kafka client sends through a socket.
  void send(storage::buffer batch) const {
    constexpr int16_t version = 9;
    kafka::produce_request x;
    x.acks = -1;
    x.timeout_ms = 10'000;
    auto& topic = x.topic_data.emplace_back();
    topic.name = "orders";
    topic.partition_data.emplace_back().records.bytes = std::move(batch);
    node_client client(home->address());
    auto answer = client.ask<kafka::produce_response>(x, version);
    REQUIRE(answer.responses.at(0).partition_responses.at(0).error_code == 0);
  }

  static std::vector<std::string> take(consumer& in, size_t records) {
    std::vector<std::string> all;
    while (all.size() < records) {
      auto block = in.poll(patience);
      REQUIRE_MESSAGE(block, block.error().message);
      REQUIRE(block->has_value());
      auto done = (*block)->for_each([&](const storage::record_view& x) {
        all.emplace_back(x.value.value_or(""));
        return true;
      });
      REQUIRE(done);
    }
    return all;
  }
};

std::string joined(const std::vector<std::string>& xs) {
  std::string all;
  for (const auto& x : xs)
    all += x + ';';
  return all;
}

/// The settings of a program that uses CAF for itself.
struct foreign_config : caf::actor_system_config {
  foreign_config() { set("logger.verbosity", caf::atom("quiet")); }
};

} // namespace

TEST_CASE_FIXTURE(consumer_node_fixture,
                  "consumer: it reads what Kafka clients and producers wrote, "
                  "in the order of the log") {
  for (auto packed : {storage::codec::none, storage::codec::lz4}) {
    storage::batch_builder builder(packed);
    builder.add(1, "k", "from a socket").add(2, {}, "and another");
    send(builder.build());
  }
  auto out = writer();
  REQUIRE(out->append(record("without one")));
  auto in = opened();
  auto begin = in->subscribe(orders, from_earliest);
  REQUIRE_MESSAGE(begin, begin.error().message);
  CHECK(*begin == 0);
  auto all = take(*in, 5);
  CHECK(joined(all) == joined(fetched()));
  CHECK(all.back() == "without one");
  auto none = in->poll(0ms);
  REQUIRE(none);
  CHECK_FALSE(none->has_value());
  REQUIRE(out->append(record("later")));
  CHECK(take(*in, 1) == std::vector<std::string>{"later"});
}

TEST_CASE_FIXTURE(consumer_node_fixture,
                  "consumer: many blocks come in order, none is lost") {
  auto out = writer();
  consumer_options options;
  options.block_bytes_max = 4000;
  options.blocks_ahead = 2;
  auto in = opened(options);
  REQUIRE(in->subscribe(orders, from_earliest));
  std::vector<std::string> posted;
  for (int i = 0; i < 2000; ++i)
    posted.push_back("record " + std::to_string(i));
  std::thread thread([&] {
    for (const auto& x : posted)
      if (!out->post(record(x)))
        return;
    static_cast<void>(out->flush());
  });
  auto all = take(*in, posted.size());
  thread.join();
  CHECK(all == posted);
}

TEST_CASE("consumer: partitions are read side by side") {
  consumer_node_fixture x(3);
  auto out = x.writer();
  for (int32_t i = 0; i < 3; ++i)
    REQUIRE(out->append(x.record(std::to_string(i), i)));
  auto in = x.opened();
  for (int32_t i = 0; i < 3; ++i)
    REQUIRE(in->subscribe({"orders", i}, from_earliest));
  auto all = x.take(*in, 3);
  std::sort(all.begin(), all.end());
  CHECK(all == std::vector<std::string>{"0", "1", "2"});
}

TEST_CASE_FIXTURE(consumer_node_fixture,
                  "consumer: refusals are told, and a topic that is deleted") {
  auto in = opened();
  auto unknown = in->subscribe({"lost", 0}, 0);
  REQUIRE_FALSE(unknown);
  CHECK(is(unknown.error(), errc::unknown_partition));
  auto outside = in->subscribe(orders, 1);
  REQUIRE_FALSE(outside);
  CHECK(is(outside.error(), storage::errc::offset_out_of_range));
  REQUIRE(in->subscribe(orders, from_latest));
  constexpr int16_t version = 5;
  kafka::delete_topics_request x;
  x.topic_names = {"orders"};
  x.timeout_ms = 10'000;
  node_client client(home->address());
  auto answer = client.ask<kafka::delete_topics_response>(x, version);
  REQUIRE(answer.responses.at(0).error_code == 0);
  auto ended = in->poll(patience);
  REQUIRE_FALSE(ended);
  CHECK(is(ended.error(), errc::unknown_partition));
  CHECK(ended.error().message.starts_with("orders-0: "));
}

TEST_CASE_FIXTURE(consumer_node_fixture,
                  "consumer: who unsubscribes gets nothing more, and a block "
                  "that is kept outlives everything") {
  auto out = writer();
  REQUIRE(out->append(record("kept")));
  auto in = opened();
  REQUIRE(in->subscribe(orders, from_earliest));
  auto block = in->poll(patience);
  REQUIRE(block);
  REQUIRE(block->has_value());
  in->unsubscribe(orders);
  REQUIRE(out->append(record("not wanted")));
  REQUIRE(in->subscribe(orders, from_latest));
  auto none = in->poll(0ms);
  REQUIRE(none);
  CHECK_FALSE(none->has_value());
  in.reset();
  out.reset();
  home.reset();
  std::string seen;
  auto done = (*block)->for_each([&](const storage::record_view& x) {
    seen = x.value.value_or("");
    return true;
  });
  REQUIRE(done);
  CHECK(seen == "kept");
}

TEST_CASE_FIXTURE(consumer_node_fixture,
                  "consumer: nothing is polled of what was unsubscribed, "
                  "however much is on its way") {
  auto out = writer();
  for (int i = 0; i < 400; ++i)
    REQUIRE(out->post(record(std::to_string(i))));
  REQUIRE(out->flush());
  consumer_options options;
  options.block_bytes_max = 1;
  options.blocks_ahead = 100;
  auto in = opened(options);
  for (int round = 0; round < 20; ++round) {
    REQUIRE(in->subscribe(orders, from_earliest));
    // Blocks are on their way now, and more follow.
    REQUIRE(take(*in, 1).front() == "0");
    in->unsubscribe(orders);
    auto none = in->poll(1ms);
    REQUIRE(none);
    CHECK_FALSE(none->has_value());
  }
  // The demand of the dropped blocks is not lost.
  REQUIRE(in->subscribe(orders, from_earliest));
  CHECK(take(*in, 400) == fetched());
}

TEST_CASE_FIXTURE(consumer_node_fixture,
                  "consumer: a node that stops meanwhile lets nobody wait") {
  auto in = opened();
  REQUIRE(in->subscribe(orders, from_latest));
  auto waiting =
      std::async(std::launch::async, [&] { return in->poll(patience); });
  CHECK(home->stop());
  auto ended = waiting.get();
  REQUIRE_FALSE(ended);
  CHECK(is(ended.error(), errc::stopping));
  home.reset();
  // First each subscription that ended, then the consumer itself.
  auto rest = in->poll(patience);
  REQUIRE_FALSE(rest);
  CHECK(is(rest.error(), errc::stopping));
  auto late = in->subscribe(orders, 0);
  REQUIRE_FALSE(late);
  CHECK(is(late.error(), errc::stopping));
}

TEST_CASE_FIXTURE(consumer_node_fixture,
                  "consumer: options that make no sense are refused") {
  consumer_options options;
  options.block_bytes_max = 0;
  CHECK_FALSE(consumer::open(*home, options));
  options = {};
  options.blocks_ahead = 0;
  CHECK_FALSE(consumer::open(*home, options));
  options = {};
  options.retry_backoff = 0ms;
  CHECK_FALSE(consumer::open(*home, options));
  CHECK_FALSE(spawn_consumer(*home, {}, {}));
  options = {};
  options.group.emplace().topics = {"orders"};
  CHECK_FALSE(consumer::open(*home, options));
  options.group->group_id = "readers";
  options.group->topics.clear();
  CHECK_FALSE(consumer::open(*home, options));
}

TEST_CASE_FIXTURE(consumer_node_fixture,
                  "consumer: an actor of an actor system of the program's own "
                  "subscribes with demand") {
  auto out = writer();
  for (int i = 0; i < 100; ++i)
    REQUIRE(out->post(record(std::to_string(i))));
  REQUIRE(out->flush());
  foreign_config config;
  caf::actor_system system(config);
  std::promise<std::vector<std::string>> all;
  auto seen = std::make_shared<std::vector<std::string>>();
  auto in = std::make_shared<consumer_actor>();
  auto subscriber = system.spawn(
      [&, seen,
       in](subscriber_actor::pointer self) -> subscriber_actor::behavior_type {
        return {
            [&all, seen, in, self](const records_block& x) {
              for (auto& value : values(x.batches.bytes()))
                seen->push_back(std::move(value));
              if (seen->size() < 100)
                self->send(*in, request_blocks{1});
              else
                all.set_value(*seen);
            },
            [](const subscription_ended&) {},
        };
      });
  consumer_options options;
  options.block_bytes_max = 1000;
  auto made = spawn_consumer(*home, options, subscriber);
  REQUIRE(made);
  *in = *made;
  caf::anon_send(*made, subscribe{orders, from_earliest});
  caf::anon_send(*made, request_blocks{1});
  auto done = all.get_future();
  REQUIRE(done.wait_for(patience) == std::future_status::ready);
  CHECK(done.get() == fetched());
  *in = nullptr;
  caf::anon_send_exit(subscriber, caf::exit_reason::user_shutdown);
}
