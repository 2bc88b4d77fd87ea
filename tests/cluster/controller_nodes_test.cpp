// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/cluster_fixture.h>

#include <doctest/doctest.h>

#include <memory>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

using ids = std::vector<node_id>;

/// A controller with its sessions; the time stands still.
struct office {
  controller by = fresh([] {
    broker_config config;
    config.id = 100;
    return config;
  }());
  failure_detector sessions{cluster_config{}};
  image_ptr image;

  explicit office(image_ptr x) : image(std::move(x)) {
    sessions.begin(*image, 0);
  }

  outcome joining(const node_registration& x) {
    return by.register_node(*image, x, sessions);
  }

  refusal join(const node_registration& x) {
    auto made = joining(x);
    if (made.verdict.ok())
      image = after(image, made.records);
    return why(made);
  }

  heartbeat_outcome beat(const node_heartbeat& x) {
    auto made = by.heartbeat(*image, x, sessions, 0);
    if (made.decided.verdict.ok())
      image = after(image, made.decided.records);
    return made;
  }

  heartbeat_outcome hear(node_id node, bool knows_fenced = false) {
    return beat({node,
                 image->nodes.at(node).incarnation,
                 image->end_offset,
                 knows_fenced,
                 false,
                 {}});
  }

  heartbeat_outcome stop(node_id node) {
    return beat({node,
                 image->nodes.at(node).incarnation,
                 image->end_offset,
                 false,
                 true,
                 {}});
  }
};

node_registration restarted(node_id node) {
  auto x = member(node);
  x.incarnation = id(static_cast<uint8_t>(node + 100));
  return x;
}

} // namespace

TEST_CASE("register node: the first start also founds the cluster") {
  office x{image_of({})};
  auto self = node(1).node;
  auto made = x.joining(self);
  REQUIRE(made.records.size() == 2);
  x.image = after(x.image, made.records);
  CHECK(x.image->cluster_id.size() == 22);
  CHECK(x.image->nodes.at(1) == self);
  CHECK(x.joining(self).records.empty());
  self.port = 1;
  CHECK(x.joining(self).records == metadata_delta{node_registered{self}});
  self.id = 2;
  CHECK(x.joining(self).records.size() == 1);
  self.id = -2;
  CHECK(x.join(self) == refusal::invalid_request);
}

TEST_CASE("register node: a newcomer is fenced until it knows that it is") {
  office x{cluster_of({1})};
  CHECK(x.join(member(2)) == refusal::none);
  CHECK(x.image->nodes.at(2).fenced);
  CHECK(x.hear(2).fenced);
  CHECK(x.image->nodes.at(2).fenced);
  CHECK_FALSE(x.hear(2, true).fenced);
  CHECK(x.image->nodes.at(2) == member(2));
  CHECK(x.hear(2).decided.records.empty());
}

TEST_CASE("register node: whoever asks for an id gets one, and only one") {
  office x{after(cluster_of({1}), {voters_replaced{{{4, "host", 1}}}})};
  auto y = member(9);
  y.id = no_node;
  CHECK(x.join(y) == refusal::none);
  CHECK(node_with(*x.image, id(9)) == 5);
  CHECK(x.joining(y).records.empty());
  y.incarnation = id(10);
  CHECK(x.join(y) == refusal::none);
  CHECK(node_with(*x.image, id(10)) == 6);
  CHECK(node_with(*x.image, id(11)) == no_node);
  CHECK(node_with(*x.image, {}) == no_node);
}

TEST_CASE("register node: an id that is alive elsewhere is refused") {
  office x{cluster_of({1, 2})};
  x.hear(2);
  auto other = restarted(2);
  other.cluster_host = "elsewhere";
  CHECK(x.join(other) == refusal::duplicate_node);
  SUBCASE("until its session is over") {
    x.sessions.forget(2);
    CHECK(x.join(other) == refusal::none);
  }
  SUBCASE("until it is fenced") {
    x.image = fenced(x.image, {2});
    CHECK(x.join(other) == refusal::none);
  }
  SUBCASE("but at the same address it is the same node, started again") {
    CHECK(x.join(restarted(2)) == refusal::none);
  }
}

TEST_CASE("register node: nobody else can be this process") {
  office x{after(cluster_of({1}), {node_registered{member(100)}})};
  x.hear(100);
  auto self = restarted(100);
  self.cluster_host = "elsewhere";
  CHECK(x.join(self) == refusal::none);
}

TEST_CASE("register node: who started again leads nothing until it is back") {
  office x{with_topic(cluster_of({1, 2}), {{2, 1}, {2}})};
  CHECK(x.join(restarted(2)) == refusal::none);
  CHECK(partition_of(x.image, 0).leader == 1);
  CHECK(partition_of(x.image, 0).isr == ids{1});
  CHECK(partition_of(x.image, 1).leader == no_node);
  x.hear(2, true);
  CHECK(partition_of(x.image, 0).leader == 1);
  CHECK(partition_of(x.image, 1).leader == 2);
}

TEST_CASE("register node: a new address changes nothing else") {
  office x{with_topic(cluster_of({1, 2}), {{2, 1}})};
  auto moved = member(2);
  moved.port = 1;
  auto made = x.joining(moved);
  CHECK(made.records == metadata_delta{node_registered{moved}});
  x.image = fenced(x.image, {2});
  CHECK(x.join(moved) == refusal::none);
  CHECK(x.image->nodes.at(2).fenced);
}

TEST_CASE("register node: a newcomer is to be filled when there is something") {
  office x{cluster_of({1})};
  x.join(member(2));
  CHECK(x.image->broker_configs.empty());
  x.image = with_topic(x.image, {{1}});
  x.join(member(3));
  CHECK(x.image->broker_configs.at(3)
        == config_map{{"troupe.node.filling", "true"}});
  x.join(restarted(2));
  CHECK_FALSE(x.image->broker_configs.contains(2));
}

TEST_CASE("heartbeat: the unknown and the replaced are refused") {
  office x{cluster_of({1})};
  CHECK(why(x.beat({2, id(2), 0, false, false, {}}).decided)
        == refusal::unknown_node);
  CHECK(why(x.beat({1, id(2), 0, false, false, {}}).decided)
        == refusal::stale_incarnation);
  CHECK_FALSE(x.sessions.alive(1));
}

TEST_CASE("heartbeat: coming back gives leaders to partitions without one") {
  office x{fenced(with_topic(cluster_of({1, 2, 3}), {{1, 2}, {2, 3}}), {1, 2})};
  CHECK(partition_of(x.image, 0).leader == no_node);
  x.hear(2, true);
  CHECK(partition_of(x.image, 0).leader == 2);
  CHECK(partition_of(x.image, 1).leader == 3);
}

TEST_CASE("heartbeat: a node may stop once all know who leads instead") {
  office x{with_topic(cluster_of({1, 2, 3}), {{1, 2, 3}, {2, 1, 3}, {1}})};
  for (node_id node : {1, 2, 3})
    x.hear(node);
  auto first = x.stop(1);
  CHECK_FALSE(first.may_stop);
  CHECK_FALSE(first.fenced);
  CHECK(x.image->nodes.at(1).leaving);
  CHECK(partition_of(x.image, 0).leader == 2);
  CHECK(partition_of(x.image, 0).isr == ids{1, 2, 3});
  CHECK(partition_of(x.image, 2).leader == 1);
  CHECK_FALSE(x.stop(1).may_stop);
  x.hear(2);
  CHECK_FALSE(x.stop(1).may_stop);
  x.hear(3);
  auto last = x.stop(1);
  CHECK(last.may_stop);
  CHECK(last.fenced);
  CHECK(x.image->nodes.at(1).fenced);
  CHECK(partition_of(x.image, 0).isr == ids{2, 3});
  CHECK(partition_of(x.image, 2).leader == no_node);
  CHECK(x.stop(1).may_stop);
}

TEST_CASE("heartbeat: metadata that moves on does not keep a node from going") {
  office x{with_topic(cluster_of({1, 2}), {{1, 2}})};
  x.hear(2);
  x.stop(1);
  x.stop(1);
  auto known = x.image->end_offset;
  x.image = after(x.image, {producer_ids_allocated{1000}});
  x.beat({2, id(2), known, false, false, {}});
  CHECK(x.stop(1).may_stop);
}

TEST_CASE("heartbeat: who leads instead must be agreed on first") {
  office x{with_topic(cluster_of({1, 2}), {{1, 2}})};
  x.hear(2);
  auto before = x.image;
  x.stop(1);
  auto agreed = std::exchange(x.image, before);
  // As seen by the second of two questions that are decided together.
  auto draft = *agreed;
  draft.end_offset = before->end_offset;
  x.image = std::make_shared<const metadata_image>(draft);
  CHECK_FALSE(x.stop(1).may_stop);
  x.image = agreed;
  CHECK_FALSE(x.stop(1).may_stop);
  x.hear(2);
  CHECK(x.stop(1).may_stop);
}

TEST_CASE("heartbeat: a fenced node may stop at once") {
  office x{fenced(cluster_of({1, 2}), {2})};
  CHECK(x.stop(2).may_stop);
}

TEST_CASE("heartbeat: after a stop the node comes back as any other") {
  office x{with_topic(cluster_of({1, 2}), {{1, 2}})};
  x.stop(1);
  CHECK(x.join(restarted(1)) == refusal::none);
  x.hear(1, true);
  CHECK(x.image->nodes.at(1) == restarted(1));
}
