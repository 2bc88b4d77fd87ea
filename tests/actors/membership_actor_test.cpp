// SPDX-License-Identifier: Apache-2.0
#include "membership_actor.h"

#include "peer_fixture.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

cluster_found ask_for_cluster(peer_node& x, uint16_t port) {
  cluster_found found;
  x.self()
      ->request(x.membership(), peer_test_deadline,
                find_cluster{"127.0.0.1", port})
      .receive([&found](cluster_found& y) { found = std::move(y); },
               [](const caf::error& y) { FAIL(caf::to_string(y)); });
  return found;
}

} // namespace

TEST_CASE("membership: an incompatible version is refused with a sentence") {
  auto newer = peer_options(2);
  newer.self.version_min = newer.self.version_max = 9;
  peer_node one(peer_options(1)), two(newer);
  one.follow({two.address()});
  auto why = one.wait_reason(2);
  CHECK(contains(why, "speaks versions 9 to 9"));
  CHECK(contains(why, "speaks versions 1 to 1"));
  CHECK_FALSE(one.find(2)->up);
}

TEST_CASE("membership: a node of another cluster is refused") {
  auto stranger = peer_options(2);
  stranger.self.cluster_id = "another";
  peer_node one(peer_options(1)), two(stranger);
  one.follow({two.address()});
  CHECK(contains(one.wait_reason(2), "cluster another"));
}

TEST_CASE("membership: another node at the address is refused") {
  peer_node one(peer_options(1)), three(peer_options(3));
  one.follow({{2, "127.0.0.1", three.port()}});
  CHECK(contains(one.wait_reason(2), "node 2 was expected"));
}

TEST_CASE("membership: a node does not talk to itself by mistake") {
  peer_node one(peer_options(1));
  one.follow({{2, "127.0.0.1", one.port()}});
  CHECK(contains(one.wait_reason(2), "is this process"));
}

TEST_CASE("membership: who joins is told the cluster and its actors") {
  peer_node one(peer_options(1));
  auto joining = peer_options(cluster::no_node);
  joining.self.cluster_id.clear();
  joining.started = false;
  peer_node newcomer(joining);
  auto found = ask_for_cluster(newcomer, one.port());
  CHECK(found.why.ok());
  CHECK(found.from.cluster_id == "test-cluster");
  CHECK(found.from.node == 1);
  CHECK(found.handles.quorum != nullptr);
  // With the id that it was given it becomes a node like any other.
  newcomer.start(2, "test-cluster");
  newcomer.follow({one.address()});
  one.follow({{2, "127.0.0.1", newcomer.port()}});
  CHECK(one.wait_up(2));
  CHECK(newcomer.wait_up(1));
}

TEST_CASE("membership: a node that is still starting is met a little later") {
  auto starting = peer_options(2);
  starting.started = false;
  peer_node one(peer_options(1)), two(starting);
  one.follow({two.address()});
  CHECK(contains(one.wait_reason(2), "still starting"));
  two.start(2, "test-cluster");
  CHECK(one.wait_up(2));
  CHECK(one.find(2)->handles.quorum != nullptr);
}

TEST_CASE("membership: nobody listens where the cluster was sought") {
  peer_node one(peer_options(1));
  auto found = ask_for_cluster(one, 1);
  CHECK(contains(found.why.message, "127.0.0.1:1"));
}

TEST_CASE("membership: a node that is removed is forgotten") {
  peer_node one(peer_options(1)), two(peer_options(2));
  one.follow({two.address()});
  REQUIRE(one.wait_up(2));
  one.follow({});
  CHECK(one.wait_lost(2));
  // Listeners are told before the table is there.
  CHECK(soon([&] { return !one.find(2); }));
}

TEST_CASE("membership: a founder that lost its directories is told") {
  auto told =
      std::make_shared<published<std::string>>(std::make_shared<std::string>());
  auto founder = peer_options(1);
  founder.self.cluster_id = "founded again";
  founder.on_disowned = [told](const std::string& why) {
    told->publish(std::make_shared<std::string>(why));
  };
  auto stranger = peer_options(2);
  stranger.settings.passive_pause = 10ms;
  SUBCASE("alone") {
    peer_node one(founder), two(stranger);
    two.follow({{1, "127.0.0.1", one.port()}});
    CHECK(contains(two.wait_reason(1), "cluster founded again"));
    CHECK(soon([&] { return contains(*told->get(), "lost or not mounted"); }));
    CHECK(contains(*told->get(), "of cluster test-cluster"));
  }
  SUBCASE("not when it has others") {
    auto other = peer_options(3);
    other.self.cluster_id = founder.self.cluster_id;
    peer_node one(founder), two(stranger), three(other);
    one.follow({three.address()});
    REQUIRE(one.wait_up(3));
    two.follow({{1, "127.0.0.1", one.port()}});
    CHECK(contains(two.wait_reason(1), "cluster founded again"));
    CHECK(told->get()->empty());
  }
}

TEST_CASE("membership: three nodes all link to each other") {
  peer_node one(peer_options(1)), two(peer_options(2)), three(peer_options(3));
  std::vector all{one.address(), two.address(), three.address()};
  for (auto* x : {&one, &two, &three})
    x->follow(all);
  CHECK(one.wait_up(2));
  CHECK(one.wait_up(3));
  CHECK(two.wait_up(1));
  CHECK(two.wait_up(3));
  CHECK(three.wait_up(1));
  CHECK(three.wait_up(2));
}
