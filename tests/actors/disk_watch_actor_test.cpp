// SPDX-License-Identifier: Apache-2.0
#include "actor_fixture.h"
#include "disk_watch_actor.h"
#include "routing_fixture.h"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <vector>

using namespace troupe;
using namespace troupe::actors;

namespace {

using dummy_disk = caf::typed_actor<
    replies_to<describe_directory>::with<directory_description>>;
using dummy_controller =
    caf::typed_actor<replies_to<alter_configs>::with<metadata_decided>>;

/// Disks that are as full as the test says, and a controller that notes what is
/// asked of it.
struct watch_fixture : actor_fixture {
  std::vector<directory_description> disks;
  std::vector<cluster::config_alteration> asked;
  problem verdict;
  disk_watch_config config;

  watch_fixture() {
    config.self = this_node;
    config.routes = std::make_shared<published<routing>>(nullptr);
    publish({});
    config.controller = caf::actor_cast<controller_actor>(
        keep(system().spawn([this]() -> dummy_controller::behavior_type {
          return {[this](const alter_configs& x) {
            asked.push_back(x.resources.front());
            return metadata_decided{{verdict}, nullptr};
          }};
        })));
  }
  ~watch_fixture() {
    config = {};
    end_actors();
  }

  void publish(cluster::config_map of_this_node) {
    cluster::metadata_image image;
    if (!of_this_node.empty())
      image.broker_configs[this_node] = std::move(of_this_node);
    auto routes = std::make_shared<routing>();
    routes->image =
        std::make_shared<const cluster::metadata_image>(std::move(image));
    config.routes->publish(routes);
  }

  void add_disk(int64_t total_bytes, int64_t usable_bytes, problem why = {}) {
    auto index = disks.size();
    disks.push_back({"/disk", why, total_bytes, usable_bytes});
    config.disks.push_back(caf::actor_cast<log_keeper_actor>(
        keep(system().spawn([this, index]() -> dummy_disk::behavior_type {
          return {[this, index](const describe_directory&) {
            return disks[index];
          }};
        }))));
  }

  void start() {
    keep(system().spawn(disk_watch, config));
    run();
  }
  void look() { pass(disk_watch_state::interval); }
};

} // namespace

TEST_CASE_FIXTURE(watch_fixture,
                  "disk_watch: full disks are told, and told once") {
  add_disk(1000, 100);
  add_disk(1000, 200);
  start();
  look();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].is_broker);
  CHECK(asked[0].node == this_node);
  REQUIRE(asked[0].changes.size() == 1);
  CHECK(asked[0].changes[0].name == "troupe.node.crowded");
  CHECK(asked[0].changes[0].operation == cluster::config_operation::set);
  publish({{"troupe.node.crowded", "true"}});
  look();
  CHECK(asked.size() == 1);
  disks[0].usable_bytes = 600;
  look();
  REQUIRE(asked.size() == 2);
  CHECK(asked[1].changes[0].operation == cluster::config_operation::remove);
}

TEST_CASE_FIXTURE(watch_fixture, "disk_watch: disks with room are no news") {
  add_disk(1000, 160);
  start();
  look();
  look();
  CHECK(asked.empty());
}

TEST_CASE_FIXTURE(watch_fixture,
                  "disk_watch: a disk that fails is left out, and looked at "
                  "again") {
  add_disk(-1, -1, {storage::error{storage::errc::io, "gone"}});
  add_disk(1000, 500);
  start();
  look();
  CHECK(asked.empty());
  disks[1].usable_bytes = 10;
  look();
  CHECK(asked.size() == 1);
}

TEST_CASE_FIXTURE(watch_fixture,
                  "disk_watch: what the controller refuses is told again") {
  verdict = {errc::timed_out, "no controller"};
  add_disk(1000, 10);
  start();
  look();
  look();
  CHECK(asked.size() == 2);
}
