// SPDX-License-Identifier: Apache-2.0
#include "mover_fixture.h"

#include <troupe/cluster/kind_headers.h>

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace troupe;
using namespace troupe::actors;

namespace {

using values = mover_fixture::values;
using role = cluster::companion_role;

struct priority_fixture : mover_fixture {
  explicit priority_fixture(cluster::config_map more = {})
      : mover_fixture("priority", std::move(more)) {}
};

struct queue_fixture : mover_fixture {
  explicit queue_fixture(cluster::config_map more = {})
      : mover_fixture("queue", std::move(more)) {}

  values dead() { return values_of(companion(role::dead_letters)); }
};

} // namespace

TEST_CASE("mover: of what waits the urgent goes first") {
  priority_fixture x{{{"troupe.priority.window", "2"}}};
  for (const auto* value : {"a", "b", "c", "d"})
    CHECK(x.produce(value).ok());
  CHECK(x.produce_at_level("last", 0).ok());
  CHECK(x.produce_at_level("first", 9).ok());
  x.wait(500);
  CHECK(x.visible() == values{"a", "b"});
  x.committed.offset = 1;
  x.wait(500);
  CHECK(x.visible() == values{"a", "b", "first"});
  x.committed.offset = 6;
  x.wait(500);
  CHECK(x.visible() == values{"a", "b", "first", "c", "d", "last"});
}

TEST_CASE("mover: a level that is no number is told") {
  priority_fixture x;
  CHECK(x.produce("a", {{cluster::priority_header, "high"}}).ok());
  x.wait(200);
  auto moved = x.all(x.at("t"));
  REQUIRE(moved.size() == 1);
  CHECK_FALSE(x.header_of(moved[0], cluster::reason_header).empty());
}

TEST_CASE("mover: after a restart a window stays where consumers are") {
  priority_fixture x{{{"troupe.priority.window", "2"}}};
  for (const auto* value : {"a", "b", "c", "d"})
    CHECK(x.produce(value).ok());
  x.committed.offset = 1;
  x.wait(500);
  x.restart();
  x.wait(500);
  CHECK(x.visible() == values{"a", "b", "c"});
  x.committed.offset = 3;
  x.wait(500);
  CHECK(x.visible() == values{"a", "b", "c", "d"});
}

TEST_CASE("mover: what was fetched counts where commits are not known") {
  priority_fixture x{{{"troupe.priority.window", "2"}}};
  for (const auto* value : {"a", "b", "c", "d"})
    CHECK(x.produce(value).ok());
  x.wait(500);
  x.fetch_all();
  x.wait(500);
  CHECK(x.visible() == values{"a", "b"});
  x.committed.complete = false;
  x.wait(500);
  CHECK(x.visible() == values{"a", "b", "c", "d"});
}

TEST_CASE("mover: what is accepted is not delivered again") {
  queue_fixture x;
  CHECK(x.produce("a").ok());
  CHECK(x.produce("b").ok());
  x.wait(200);
  CHECK(x.deliveries() == values{"0-0-1", "0-1-1"});
  x.fetch_all();
  CHECK(x.acknowledge("0-0-1").ok());
  x.wait(35'000);
  CHECK(x.deliveries() == values{"0-0-1", "0-1-1", "0-1-2"});
}

TEST_CASE("mover: while nobody fetches no try is wasted") {
  queue_fixture x;
  CHECK(x.produce("a").ok());
  x.wait(100'000);
  CHECK(x.deliveries() == values{"0-0-1"});
  x.fetch_all();
  x.wait(29'000);
  CHECK(x.deliveries() == values{"0-0-1"});
  x.wait(3'000);
  CHECK(x.deliveries() == values{"0-0-1", "0-0-2"});
}

TEST_CASE("mover: after its last try a record is a dead letter") {
  queue_fixture x{{{"troupe.queue.tries.max", "2"},
                   {"troupe.queue.visibility.ms", "1000"}}};
  CHECK(x.produce("a").ok());
  for (int i = 0; i < 6; ++i) {
    x.wait(1'000);
    x.fetch_all();
  }
  x.wait(5'000);
  CHECK(x.deliveries() == values{"0-0-1", "0-0-2"});
  auto dead = x.all(x.companion(role::dead_letters));
  REQUIRE(dead.size() == 1);
  CHECK(dead[0].value == "a");
  CHECK(x.header_of(dead[0], cluster::delivery_header) == "0-0-2");
  CHECK_FALSE(x.header_of(dead[0], cluster::reason_header).empty());
  CHECK(x.values_of(x.companion(role::acknowledgements)) == values{"0-0-2"});
  // Buried for good.
  x.restart();
  x.fetch_all();
  x.wait(10'000);
  CHECK(x.deliveries() == values{"0-0-1", "0-0-2"});
  CHECK(x.dead() == values{"a"});
}

TEST_CASE("mover: dead letters fit the bound that their topic has") {
  queue_fixture x{{{"troupe.queue.tries.max", "1"},
                   {"troupe.queue.visibility.ms", "1000"}}};
  const auto id = x.topics["t.dead"].id;
  x.topics["t.dead"] = {id, 1, {{"max.message.bytes", "500"}}};
  x.apply(x.topics);
  values expected;
  for (auto letter : {'a', 'b', 'c', 'd'}) {
    expected.emplace_back(100, letter);
    CHECK(x.produce(expected.back()).ok());
  }
  x.wait(1'000);
  x.fetch_all();
  x.wait(10'000);
  CHECK(x.dead() == expected);
}

TEST_CASE("mover: a consumer may give a record back, or refuse it for good") {
  queue_fixture x;
  CHECK(x.produce("a").ok());
  CHECK(x.produce("b").ok());
  x.wait(200);
  x.fetch_all();
  CHECK(x.acknowledge("0-0-1", "release").ok());
  CHECK(x.acknowledge("0-1-1", "reject").ok());
  x.wait(500);
  CHECK(x.dead() == values{"b"});
  CHECK(x.deliveries() == values{"0-0-1", "0-1-1"});
  x.wait(1'000);
  CHECK(x.deliveries() == values{"0-0-1", "0-1-1", "0-0-2"});
}

TEST_CASE("mover: what is no acknowledgement is ignored") {
  queue_fixture x;
  CHECK(x.produce("a").ok());
  x.wait(200);
  x.fetch_all();
  for (const auto* text : {"", "0-0", "1-0-1", "0-7-1", "hello"})
    CHECK(x.acknowledge(text).ok());
  CHECK(x.acknowledge("0-0-1", "maybe").ok());
  x.wait(35'000);
  CHECK(x.deliveries() == values{"0-0-1", "0-0-2"});
}

TEST_CASE("mover: a restart forgets neither acknowledgements nor tries") {
  queue_fixture x;
  for (int i = 0; i < 4; ++i)
    CHECK(x.produce(std::to_string(i)).ok());
  x.wait(200);
  x.fetch_all();
  CHECK(x.acknowledge("0-1-1").ok());
  CHECK(x.acknowledge("0-3-1").ok());
  x.restart();
  CHECK(x.deliveries() == values{"0-0-1", "0-1-1", "0-2-1", "0-3-1"});
  x.fetch_all();
  x.wait(35'000);
  CHECK(x.deliveries()
        == values{"0-0-1", "0-1-1", "0-2-1", "0-3-1", "0-0-2", "0-2-2"});
  x.restart();
  x.fetch_all();
  CHECK(x.acknowledge("0-0-2").ok());
  x.wait(35'000);
  CHECK(x.deliveries().back() == "0-2-3");
  CHECK(x.deliveries().size() == 7);
}

TEST_CASE("mover: what follows a full window comes when there is room") {
  queue_fixture x{{{"troupe.queue.window", "2"}}};
  for (int i = 0; i < 4; ++i)
    CHECK(x.produce(std::to_string(i)).ok());
  x.wait(200);
  CHECK(x.deliveries() == values{"0-0-1", "0-1-1"});
  CHECK(x.acknowledge("0-0-1").ok());
  CHECK(x.acknowledge("0-1-1").ok());
  x.wait(200);
  CHECK(x.deliveries() == values{"0-0-1", "0-1-1", "0-2-1", "0-3-1"});
}

TEST_CASE("mover: a queue's logs are deleted below what is finished") {
  queue_fixture x;
  for (int i = 0; i < 4; ++i)
    CHECK(x.produce(std::to_string(i)).ok());
  x.wait(200);
  for (int i = 0; i < 4; ++i)
    CHECK(x.acknowledge("0-" + std::to_string(i) + "-1").ok());
  x.wait(6'000);
  CHECK(x.produce("next").ok());
  x.wait(6'000);
  CHECK(x.produce("end").ok());
  x.wait(200);
  auto start_of = [&](role of) {
    return x.ask<partition_description>(x.companion(of), describe_partition{})
        .log_start_offset;
  };
  CHECK(start_of(role::inbox) == 4);
  CHECK(start_of(role::acknowledgements) == 4);
  x.restart();
  x.wait(1'000);
  CHECK(x.deliveries().size() == 6);
}
