// SPDX-License-Identifier: Apache-2.0
#include "stage_host.h"

#include "actor_fixture.h"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

using namespace troupe;
using namespace troupe::actors;

namespace {

struct host_fixture : actor_fixture {
  /// A stage that says that it has a record, and returns when it may.
  stage_factories holding() {
    return {{"hold", [this](const stage_settings&) {
               return [this](staged_record&) {
                 entered.set_value();
                 released.get_future().wait();
                 return pass_record();
               };
             }}};
  }

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

  /// Nobody waits for the answer.
  void ask(const started_stages& x) {
    auto batch = storage::batch_builder{}.add(1, "k", "v").build();
    caf::anon_send(x.actor, stage_batch{1, {"t", 0}, batch, {}});
  }

  static void let_go(started_stages& x) {
    caf::anon_send_exit(x.actor, caf::exit_reason::user_shutdown);
    x.actor = nullptr;
  }

  std::promise<void> entered;
  std::promise<void> released;
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

TEST_CASE_FIXTURE(host_fixture,
                  "stage host: its end leaves behind what does not return") {
  stage_host host(holding());
  auto stages = start(host, "hold");
  ask(stages);
  entered.get_future().wait();
  let_go(stages);
  CHECK_FALSE(host.end());
  CHECK_FALSE(stages.alive.expired());
  released.set_value();
  while (!stages.alive.expired())
    std::this_thread::yield();
}
