// SPDX-License-Identifier: Apache-2.0
#include "client_node_fixture.h"

#include <troupe/actors/consumer.h>
#include <troupe/actors/group_consumer_interfaces.h>
#include <troupe/actors/producer.h>
#include <troupe/transport/kafka/messages/consumer_group_heartbeat.h>
#include <troupe/transport/kafka/messages/offset_fetch.h>

#include <caf/scoped_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <chrono>
#include <future>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 60s;
constexpr int32_t partitions = 4;

/// A node whose groups settle quickly.
struct group_node_fixture : client_node_fixture {
  group_node_fixture()
      : client_node_fixture(partitions, {}, [](cluster::broker_config& x) {
          x.groups.consumer.heartbeat_interval_ms = 50;
          x.offsets_topic.num_partitions = 1;
        }) {}

  static consumer_options reading() {
    consumer_options x;
    x.reset = offset_reset::earliest;
    x.retry_backoff = 10ms;
    auto& group = x.group.emplace();
    group.group_id = "readers";
    group.topics = {"orders"};
    return x;
  }

  std::unique_ptr<consumer>
  member(const consumer_options& options = reading()) const {
    auto made = consumer::open(*home, options);
    REQUIRE_MESSAGE(made, made.error().message);
    return std::move(*made);
  }

  void write(const std::string& value, int32_t partition) {
    if (out == nullptr) {
      auto made = producer::open(*home);
      REQUIRE_MESSAGE(made, made.error().message);
      out = std::move(*made);
    }
    auto done = out->append(record(value, partition));
    REQUIRE_MESSAGE(done, done.error().message);
  }

  /// Values of the next block; none when it did not come in time.
  static std::vector<std::string>
  next(consumer& in, std::chrono::milliseconds timeout) {
    auto block = in.poll(timeout);
    REQUIRE_MESSAGE(block, block.error().message);
    std::vector<std::string> all;
    if (!block->has_value())
      return all;
    auto done = (*block)->for_each([&](const storage::record_view& x) {
      all.emplace_back(x.value.value_or(""));
      return true;
    });
    REQUIRE(done);
    return all;
  }

  static std::vector<std::string> take(consumer& in, size_t records) {
    std::vector<std::string> all;
    while (all.size() < records) {
      auto some = next(in, patience);
      REQUIRE_FALSE(some.empty());
      all.insert(all.end(), some.begin(), some.end());
    }
    std::ranges::sort(all);
    return all;
  }

  /// What tools see through a socket; -1 where there is nothing.
  std::vector<int64_t> committed() const {
    constexpr int16_t version = 9;
    kafka::offset_fetch_request x;
    auto& group = x.groups.emplace_back();
    group.group_id = "readers";
    group.topics.emplace().push_back({"orders", {0, 1, 2, 3}});
    node_client client(home->address());
    auto answer = client.ask<kafka::offset_fetch_response>(x, version);
    REQUIRE(answer.groups.at(0).error_code == 0);
    std::vector<int64_t> all;
    for (const auto& y : answer.groups[0].topics.at(0).partitions)
      all.push_back(y.committed_offset);
    return all;
  }

  std::unique_ptr<producer> out;
};

/// A member that comes through a socket.
struct socket_member {
  explicit socket_member(const node& home) : client(home.address()) {
    x.group_id = "readers";
    x.member_id = "AAAAAAAAAAAAAAAAAAAAAA";
    x.rebalance_timeout_ms = 60'000;
    x.subscribed_topic_names = {"orders"};
    x.topic_partitions.emplace();
  }

  void beat() {
    constexpr int16_t version = 1;
    auto answer =
        client.ask<kafka::consumer_group_heartbeat_response>(x, version);
    REQUIRE(answer.error_code == 0);
    x.member_epoch = answer.member_epoch;
    x.rebalance_timeout_ms = -1;
    x.subscribed_topic_names.reset();
    x.topic_partitions.reset();
    if (!answer.assignment)
      return;
    partitions = 0;
    for (const auto& topic : answer.assignment->topic_partitions)
      partitions += topic.partitions.size();
    x.topic_partitions = answer.assignment->topic_partitions;
  }

  node_client client;
  kafka::consumer_group_heartbeat_request x;
  size_t partitions = 0;
};

} // namespace

TEST_CASE_FIXTURE(group_node_fixture,
                  "consumer_group: the only member reads all partitions, and "
                  "what it read is committed") {
  auto in = member();
  for (int32_t i = 0; i < partitions; ++i)
    write(std::to_string(i), i);
  CHECK(take(*in, 4) == std::vector<std::string>{"0", "1", "2", "3"});
  CHECK(in->assignment().size() == 4);
  CHECK(committed() == std::vector<int64_t>{-1, -1, -1, -1});
  auto done = in->commit();
  CHECK_MESSAGE(done, done.error().message);
  CHECK(committed() == std::vector<int64_t>{1, 1, 1, 1});
  auto own = in->subscribe({"orders", 0}, 0);
  REQUIRE_FALSE(own);
  CHECK(is(own.error(), storage::errc::invalid_argument));
}

TEST_CASE_FIXTURE(group_node_fixture,
                  "consumer_group: the next member goes on where one that "
                  "closed was") {
  {
    auto in = member();
    write("first", 1);
    CHECK(take(*in, 1) == std::vector<std::string>{"first"});
    auto closed = in->close();
    CHECK_MESSAGE(closed, closed.error().message);
    CHECK(committed() == std::vector<int64_t>{-1, 1, -1, -1});
    CHECK(in->close());
    auto none = in->poll(0ms);
    REQUIRE_FALSE(none);
    CHECK(is(none.error(), storage::errc::closed));
  }
  write("second", 1);
  auto in = member();
  CHECK(take(*in, 1) == std::vector<std::string>{"second"});
}

TEST_CASE_FIXTURE(group_node_fixture,
                  "consumer_group: without automatic commits a member leaves "
                  "nothing behind") {
  auto options = reading();
  options.group->auto_commit_interval = 0ms;
  auto in = member(options);
  write("again", 0);
  CHECK(take(*in, 1) == std::vector<std::string>{"again"});
  CHECK(in->close());
  CHECK(committed() == std::vector<int64_t>{-1, -1, -1, -1});
  auto next = member(options);
  CHECK(take(*next, 1) == std::vector<std::string>{"again"});
}

TEST_CASE_FIXTURE(group_node_fixture,
                  "consumer_group: members share the partitions, and each "
                  "record comes to one of them") {
  constexpr size_t records = 200;
  std::atomic<size_t> seen{0};
  auto read = [&](consumer& in) {
    std::vector<std::string> mine;
    while (seen < records) {
      auto block = in.poll(10ms);
      if (!block || !block->has_value())
        continue;
      auto done = (*block)->for_each([&](const storage::record_view& x) {
        mine.emplace_back(x.value.value_or(""));
        ++seen;
        return true;
      });
      if (!done)
        break;
    }
    return mine;
  };
  auto first = member();
  auto second = member();
  auto one = std::async(std::launch::async, [&] { return read(*first); });
  auto other = std::async(std::launch::async, [&] { return read(*second); });
  for (size_t i = 0; i < records; ++i)
    write(std::to_string(i), static_cast<int32_t>(i % partitions));
  auto all = one.get();
  auto rest = other.get();
  all.insert(all.end(), rest.begin(), rest.end());
  CHECK(all.size() == records);
  CHECK(std::set<std::string>(all.begin(), all.end()).size() == records);
}

TEST_CASE_FIXTURE(group_node_fixture,
                  "consumer_group: a member that comes through a socket gets "
                  "its share, and the rest when the other one leaves") {
  auto in = member();
  auto deadline = std::chrono::steady_clock::now() + patience;
  auto in_time = [&] { return std::chrono::steady_clock::now() < deadline; };
  while (in->assignment().size() < 4 && in_time())
    CHECK(next(*in, 10ms).empty());
  socket_member other(*home);
  while (other.partitions < 2 && in_time()) {
    other.beat();
    CHECK(next(*in, 10ms).empty());
  }
  CHECK(other.partitions == 2);
  CHECK(in->assignment().size() == 2);
  CHECK(in->close());
  while (other.partitions < 4 && in_time())
    other.beat();
  CHECK(other.partitions == 4);
}

TEST_CASE_FIXTURE(group_node_fixture,
                  "consumer_group: a node that stops commits what was "
                  "processed, and lets nobody wait") {
  auto in = member();
  write("first", 2);
  CHECK(take(*in, 1) == std::vector<std::string>{"first"});
  auto waiting =
      std::async(std::launch::async, [&] { return in->poll(patience); });
  CHECK(home->stop());
  auto ended = waiting.get();
  REQUIRE_FALSE(ended);
  CHECK(is(ended.error(), errc::stopping));
  auto late = in->commit();
  REQUIRE_FALSE(late);
  CHECK(is(late.error(), errc::stopping));
  CHECK(in->close());
}

TEST_CASE_FIXTURE(group_node_fixture, "consumer_group: only members commit") {
  auto in = member({});
  auto done = in->commit();
  REQUIRE_FALSE(done);
  CHECK(is(done.error(), storage::errc::invalid_argument));
  CHECK(in->close());
}
