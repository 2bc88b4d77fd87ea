// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/cluster_fixture.h>
#include <troupe/cluster/controller_upkeep.h>

#include <doctest/doctest.h>

#include <vector>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

using ids = std::vector<node_id>;

/// A controller at work; nodes in `running` send heartbeats.
struct work {
  cluster_config config;
  controller by = fresh();
  image_ptr image;
  controller_upkeep upkeep;
  int64_t now_ms = 0;
  std::vector<outcome> done;

  explicit work(image_ptr x, cluster_config y = {})
      : config(y), image(std::move(x)), upkeep(y, *image, 0) {}

  void hear(node_id node) {
    node_heartbeat x;
    x.node = node;
    x.incarnation = id(static_cast<uint8_t>(node));
    x.metadata_end_offset = image->end_offset;
    upkeep.sessions().heard(x, image->end_offset, now_ms);
  }

  void pass(int64_t time_ms, const ids& running) {
    for (auto end = now_ms + time_ms; now_ms < end;) {
      now_ms = std::min(end, upkeep.next_deadline_ms());
      for (auto node : running)
        hear(node);
      for (;;) {
        auto x = upkeep.tick(by, *image, now_ms);
        if (x.records.empty())
          break;
        image = carried_out(image, x);
        done.push_back(x);
      }
    }
  }
};

} // namespace

TEST_CASE("upkeep: the silent are fenced and others lead") {
  work x{with_topic(cluster_of({1, 2}), {{1, 2}})};
  x.pass(999, {2});
  CHECK(x.done.empty());
  x.pass(1, {2});
  CHECK(x.image->nodes.at(1).fenced);
  CHECK(partition_of(x.image).leader == 2);
  CHECK(x.done.size() == 1);
}

TEST_CASE("upkeep: who does not take the metadata leads nothing any more") {
  work x{with_topic(cluster_of({1, 2}), {{1, 2}})};
  auto stuck = x.image->end_offset;
  x.image = after(x.image, {producer_ids_allocated{1000}});
  for (; x.now_ms <= 5000; x.now_ms += 100) {
    for (node_id node : {1, 2}) {
      node_heartbeat beat;
      beat.node = node;
      beat.incarnation = id(static_cast<uint8_t>(node));
      beat.metadata_end_offset = node == 1 ? stuck : x.image->end_offset;
      x.by.heartbeat(*x.image, beat, x.upkeep.sessions(), x.now_ms);
    }
    x.image = carried_out(x.image, x.upkeep.tick(x.by, *x.image, x.now_ms));
  }
  CHECK(x.image->nodes.at(1).fenced);
  CHECK_FALSE(x.image->nodes.at(2).fenced);
  CHECK(partition_of(x.image).leader == 2);
}

TEST_CASE("upkeep: a fencing that could not be written comes again") {
  work x{with_topic(cluster_of({1, 2}), {{1, 2}})};
  x.pass(999, {2});
  x.now_ms = 1000;
  x.hear(2);
  auto lost = x.upkeep.tick(x.by, *x.image, 1000);
  CHECK(lost.records.size() == 2);
  CHECK(x.upkeep.tick(x.by, *x.image, 1000).records == lost.records);
}

TEST_CASE("upkeep: a node that is alone is never fenced") {
  work x{image_of({node(1)})};
  x.pass(10000, {});
  CHECK(x.done.empty());
}

TEST_CASE("upkeep: a new controller finishes what another one began") {
  auto image = with_topic(cluster_of({1, 2}), {{1, 2}});
  auto away = member(1);
  away.fenced = true;
  work x{after(image, {node_registered{away}})};
  x.pass(1, {2});
  CHECK(partition_of(x.image).leader == 2);
}

TEST_CASE("upkeep: leadership goes back after the interval") {
  for (bool enabled : {true, false}) {
    auto image = fenced(with_topic(cluster_of({1, 2}), {{1, 2}}), {1});
    image = after(image, {node_registered{member(1)}});
    image =
        carried_out(image, fresh().alter_isr(*image, proposal(image, {1, 2})));
    cluster_config config;
    config.auto_leader_rebalance = enabled;
    work x{image, config};
    x.pass(299999, {1, 2});
    CHECK(partition_of(x.image).leader == 2);
    x.pass(1, {1, 2});
    CHECK(partition_of(x.image).leader == (enabled ? 1 : 2));
  }
}

TEST_CASE("upkeep: partitions move without being asked for again") {
  auto image = with_topic(cluster_of({1, 2, 3}), {{1, 2}});
  image = carried_out(image, fresh().drain_node(*image, 2));
  work x{image};
  x.pass(controller_upkeep::move_interval_ms, {1, 2, 3});
  CHECK(partition_of(x.image).adding == ids{3});
}
