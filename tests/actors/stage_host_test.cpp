// SPDX-License-Identifier: Apache-2.0
#include "stage_host.h"

#include "actor_fixture.h"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <string>
#include <utility>

using namespace troupe;
using namespace troupe::actors;

namespace {

struct host_fixture : actor_fixture {
  /// From within an actor of another system, as desks do.
  started_stages start(stage_host& host, const std::string& name) {
    reconfigure_stages stages;
    stages.config.names = {name};
    started_stages made;
    system().spawn(
        [&](caf::event_based_actor*) { made = host.start("t", stages); });
    run();
    return made;
  }

  static void let_go(started_stages& x) {
    caf::anon_send_exit(std::exchange(x.actor, nullptr),
                        caf::exit_reason::user_shutdown);
  }
};

} // namespace

TEST_CASE_FIXTURE(host_fixture,
                  "stage host: its end does not wait for idle stages") {
  stage_host host({});
  auto stages = start(host, "pass");
  REQUIRE(stages.actor != nullptr);
  CHECK_FALSE(stages.alive.expired());
  let_go(stages);
  CHECK(host.end());
  CHECK(stages.alive.expired());
  CHECK(host.end());
}
