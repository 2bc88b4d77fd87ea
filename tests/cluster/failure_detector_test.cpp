// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/cluster_fixture.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

using ids = std::vector<node_id>;

node_heartbeat beat(node_id node, offset_t end) {
  node_heartbeat x;
  x.node = node;
  x.incarnation = id(static_cast<uint8_t>(node));
  x.metadata_end_offset = end;
  return x;
}

/// A detector in a world of its own, asked as often as it wants to be.
struct watch {
  failure_detector detector{cluster_config{}};
  int64_t now_ms = 50000;

  watch() { detector.begin(*cluster_of({1, 2, 3}), now_ms); }

  void hear(node_id node, offset_t end = 0) {
    detector.heard(beat(node, end), end, now_ms);
  }

  /// Lets time pass while `heard` speak; who expired meanwhile.
  ids pass(int64_t time_ms, const ids& heard = {}) {
    ids expired;
    for (auto end = now_ms + time_ms; now_ms < end;) {
      now_ms = std::min(end, detector.next_deadline_ms());
      for (auto node : heard)
        hear(node);
      for (auto node : detector.take_expired(now_ms))
        expired.push_back(node);
    }
    return expired;
  }
};

/// Nodes 1 and 2 know all metadata, node 3 has some of it.
struct standing {
  watch world;
  offset_t end = 10;
  uuid incarnation = id(3);

  /// Lets time pass; `known` is how far node 3 is. Who expired meanwhile.
  template <class Known>
  ids go(int64_t time_ms, Known known) {
    ids expired;
    for (auto until = world.now_ms + time_ms; world.now_ms < until;) {
      world.now_ms = std::min(until, world.now_ms + 200);
      auto slow = beat(3, known(world.now_ms));
      slow.incarnation = incarnation;
      world.detector.heard(slow, end, world.now_ms);
      for (node_id node : {1, 2})
        world.detector.heard(beat(node, end), end, world.now_ms);
      for (auto node : world.detector.take_expired(world.now_ms))
        expired.push_back(node);
    }
    return expired;
  }
};

} // namespace

TEST_CASE("failure detector: a node that is silent for its session is named") {
  watch x;
  CHECK(x.pass(999, {1, 2}).empty());
  CHECK(x.pass(1, {1, 2}) == ids{3});
  CHECK(x.pass(5000, {1, 2}).empty());
}

TEST_CASE("failure detector: a new controller gives everybody a session") {
  watch x;
  CHECK(x.pass(999).empty());
  CHECK(x.pass(1) == ids{1, 2, 3});
}

TEST_CASE("failure detector: fenced nodes and nodes alone have no session") {
  auto fenced_node = member(2);
  fenced_node.fenced = true;
  watch x;
  x.detector.begin(*image_of({node(1), node_registered{fenced_node}}),
                   x.now_ms);
  CHECK(x.pass(5000).empty());
}

TEST_CASE("failure detector: a broken connection leaves two heartbeats") {
  watch x;
  x.pass(200, {1, 2, 3});
  x.detector.suspect(3, x.now_ms);
  x.detector.suspect(9, x.now_ms);
  CHECK(x.pass(399, {1, 2}).empty());
  CHECK(x.pass(1, {1, 2}) == ids{3});
}

TEST_CASE("failure detector: a suspect that speaks again is believed") {
  watch x;
  x.detector.suspect(3, x.now_ms);
  x.pass(300, {1, 2});
  x.hear(3);
  CHECK(x.pass(999, {1, 2}).empty());
}

TEST_CASE("failure detector: suspicion never prolongs a session") {
  watch x;
  x.pass(900, {1, 2});
  x.detector.suspect(3, x.now_ms);
  CHECK(x.pass(100, {1, 2}) == ids{3});
}

TEST_CASE("failure detector: a pause of its own fences nobody") {
  watch x;
  x.pass(500, {1, 2, 3});
  x.now_ms += 60000;
  CHECK(x.detector.take_expired(x.now_ms).empty());
  CHECK(x.pass(999, {1, 2}).empty());
  CHECK(x.pass(1, {1, 2}) == ids{3});
}

TEST_CASE("failure detector: being a little late is no pause") {
  watch x;
  x.pass(800, {1, 2});
  // The next look is due at 1000; 500 more are tolerated.
  x.now_ms += 700;
  CHECK(x.detector.take_expired(x.now_ms) == ids{3});
}

TEST_CASE("failure detector: alive is who spoke to this controller") {
  watch x;
  CHECK_FALSE(x.detector.alive(1));
  x.hear(1);
  CHECK(x.detector.alive(1));
  CHECK(x.detector.alive(1, id(1)));
  CHECK_FALSE(x.detector.alive(1, id(2)));
  x.detector.forget(1);
  CHECK_FALSE(x.detector.alive(1));
}

TEST_CASE("failure detector: a new incarnation starts from nothing") {
  watch x;
  x.hear(1, 70);
  CHECK(x.detector.gave_up_leading(1, 60) == 60);
  CHECK(x.detector.gave_up_leading(1, 65) == 60);
  auto other = beat(1, 5);
  other.incarnation = id(99);
  x.detector.heard(other, 70, x.now_ms);
  CHECK(x.detector.alive(1, id(99)));
  CHECK(x.detector.gave_up_leading(1, 65) == 65);
}

TEST_CASE("failure detector: all must know, but the one that asks") {
  watch x;
  x.hear(1, 10);
  x.hear(2, 20);
  CHECK_FALSE(x.detector.all_know(10, 1));
  x.hear(3, 10);
  CHECK(x.detector.all_know(10, 1));
  CHECK_FALSE(x.detector.all_know(11, 1));
  CHECK(x.detector.all_know(20, 3) == false);
  x.detector.forget(3);
  CHECK(x.detector.all_know(20, 1));
  // A heartbeat that comes late takes nothing back.
  x.hear(2, 5);
  CHECK(x.detector.all_know(20, 1));
}

TEST_CASE("failure detector: who waits for a slow log still sees who is gone") {
  watch x;
  x.pass(800, {1, 2});
  // Looks at the clock, but nothing is decided.
  for (int i = 0; i < 10; ++i) {
    x.now_ms += 200;
    x.detector.look(x.now_ms);
    x.hear(1);
    x.hear(2);
  }
  CHECK(x.detector.take_expired(x.now_ms) == ids{3});
}

TEST_CASE("failure detector: a look after a pause renews the sessions") {
  watch x;
  x.now_ms += 60000;
  x.detector.look(x.now_ms);
  CHECK(x.detector.take_expired(x.now_ms).empty());
  CHECK(x.pass(999).empty());
  CHECK(x.pass(1) == ids{1, 2, 3});
}

TEST_CASE("failure detector: who stands still loses its session") {
  standing x;
  // Up to then it had all that there was.
  CHECK(x.go(60'000, [](int64_t) { return offset_t{10}; }).empty());
  x.end = 11;
  auto stands = [](int64_t) { return offset_t{10}; };
  CHECK(x.go(failure_detector::standstill_ms + 999, stands).empty());
  CHECK(x.go(400, stands) == ids{3});
}

TEST_CASE("failure detector: who is slow but moves stays") {
  standing x;
  x.end = 1'000'000;
  auto moves = [](int64_t now_ms) { return offset_t{now_ms / 2'000}; };
  CHECK(x.go(60'000, moves).empty());
}

TEST_CASE("failure detector: who stands still may catch up in time") {
  standing x;
  x.end = 11;
  auto stands = [](int64_t) { return offset_t{10}; };
  CHECK(x.go(failure_detector::standstill_ms + 600, stands).empty());
  CHECK(x.go(60'000, [](int64_t) { return offset_t{11}; }).empty());
}

TEST_CASE("failure detector: a fresh node may have nothing for a while") {
  standing x;
  x.end = 11;
  auto stands = [](int64_t) { return offset_t{0}; };
  CHECK(x.go(failure_detector::standstill_ms, stands).empty());
  // So may a node that is started again.
  x.incarnation = id(99);
  CHECK(x.go(failure_detector::standstill_ms, stands).empty());
}

TEST_CASE("failure detector: while itself stood still others could not move") {
  standing x;
  x.end = 11;
  auto stands = [](int64_t) { return offset_t{10}; };
  CHECK(x.go(1'000, stands).empty());
  x.world.now_ms += 60'000;
  CHECK(x.go(failure_detector::standstill_ms, stands).empty());
}
