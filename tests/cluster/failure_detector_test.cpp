// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/cluster_fixture.h>

#include <doctest/doctest.h>

#include <vector>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

using ids = std::vector<node_id>;

/// A detector in a world of its own, asked as often as it wants to be.
struct watch {
  failure_detector detector{cluster_config{}};
  int64_t now_ms = 50000;

  watch() { detector.begin(*cluster_of({1, 2, 3}), now_ms); }

  void hear(node_id node, offset_t end = 0) {
    detector.heard({node, id(static_cast<uint8_t>(node)), end}, now_ms);
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
  x.detector.heard({1, id(99), 5}, x.now_ms);
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
