// SPDX-License-Identifier: Apache-2.0
#include "group_coordinator_fixture.h"
#include "metrics_actor.h"
#include "routing_fixture.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace troupe::actors {

namespace {

using series = cluster::group_lag::series;
using listing_promise = caf::typed_response_promise<commits_listed>;

struct held_listings {
  size_t asked = 0;
  std::vector<listing_promise> waiting;
};

/// Asks for an offsets partition that there is not.
constexpr size_t answer_now = 99;

/// Keeps the questions until the test answers them.
commits_source_actor::behavior_type
slow_source(commits_source_actor::pointer self, held_listings* held) {
  return {
      [=](const list_commits& x) -> caf::result<commits_listed> {
        // A promise is delivered by its actor alone; this is the test's signal.
        if (x.offsets_partition == answer_now) {
          for (auto& promise : std::exchange(held->waiting, {}))
            promise.deliver(commits_listed{});
          return commits_listed{};
        }
        ++held->asked;
        held->waiting.push_back(self->make_response_promise<commits_listed>());
        return held->waiting.back();
      },
  };
}

membership_actor::behavior_type two_peers(membership_actor::pointer) {
  return {
      [](const peer_hello&) { return peer_welcome{}; },
      [](const follow_nodes&) {},
      [](const find_cluster&) { return cluster_found{}; },
      [](const adopt_identity&) {},
      [](const peer_up&) {},
      [](const peer_lost&) {},
      [](const peer_refused&) {},
      [](const describe_peers&) {
        peers_description x;
        x.peers.resize(2);
        x.peers[1].address.node = 3;
        return x;
      },
  };
}

struct metrics_fixture : group_coordinator_fixture {
  metrics_fixture() {
    config.commits = coordinator;
    config.routes = routes;
  }
  ~metrics_fixture() { held.waiting.clear(); }

  metrics_actor start() { return keep(system().spawn(metrics, config)); }
  metrics_collected collect() {
    return ask<metrics_collected>(start(), collect_metrics{});
  }
  void use_slow_source() {
    source = keep(system().spawn(slow_source, &held));
    config.commits = source;
  }

  metrics_config config;
  held_listings held;
  commits_source_actor source;
};

} // namespace

TEST_CASE_FIXTURE(metrics_fixture,
                  "metrics: groups lag behind the high watermark") {
  commit(5, "slow", 0);
  commit(6, "ahead", 9);
  auto end = describe().high_watermark;
  CHECK(end == 2);
  auto x = collect();
  CHECK(x.lags
        == std::vector<series>{{"ahead", {"orders", 0}, 0},
                               {"slow", {"orders", 0}, end}});
  CHECK(x.lags_complete);
  CHECK(x.peers.empty());
}

TEST_CASE_FIXTURE(metrics_fixture, "metrics: no page of groups is left out") {
  constexpr size_t groups = 45;
  for (size_t i = 0; i < groups; ++i)
    commit(i, "group-" + std::to_string(i), 0);
  SUBCASE("all have a series") {
    auto x = collect();
    CHECK(x.lags.size() == groups);
    CHECK(x.lags_complete);
  }
  SUBCASE("but no more than the bound") {
    config.lags.series_max = 3;
    auto x = collect();
    CHECK(x.lags.size() == 3);
    CHECK_FALSE(x.lags_complete);
  }
}

TEST_CASE_FIXTURE(metrics_fixture,
                  "metrics: a partition without a replica here has no lag") {
  commit(5, "g", 0);
  routes->publish(routing_builder()
                      .topic("__consumer_offsets", 1, 1, partition)
                      .topic("orders", 2, 3)
                      .build());
  auto x = collect();
  CHECK(x.lags.empty());
}

TEST_CASE_FIXTURE(metrics_fixture,
                  "metrics: who asks meanwhile gets the same round") {
  use_slow_source();
  auto actor = start();
  auto first = start_asking<metrics_collected>(actor, collect_metrics{});
  auto second = start_asking<metrics_collected>(actor, collect_metrics{});
  CHECK(held.asked == 1);
  CHECK_FALSE(first->has_value());
  tell(source, list_commits{answer_now, {}});
  CHECK(first->has_value());
  CHECK(second->has_value());
  auto third = start_asking<metrics_collected>(actor, collect_metrics{});
  CHECK(held.asked == 2);
  CHECK_FALSE(third->has_value());
}

TEST_CASE_FIXTURE(metrics_fixture,
                  "metrics: a coordinator that is gone costs the lags only") {
  use_slow_source();
  caf::anon_send_exit(source, caf::exit_reason::user_shutdown);
  run();
  auto x = collect();
  CHECK(x.lags.empty());
  CHECK_FALSE(x.lags_complete);
}

TEST_CASE_FIXTURE(metrics_fixture, "metrics: other nodes are described") {
  config.membership = keep(system().spawn(two_peers));
  auto x = collect();
  REQUIRE(x.peers.size() == 2);
  CHECK(x.peers[1].address.node == 3);
}

} // namespace troupe::actors
