// SPDX-License-Identifier: Apache-2.0
#include "departures.h"

#include "actor_system.h"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <future>

using namespace troupe::actors;

namespace {

caf::behavior idle(caf::event_based_actor*) {
  return {[](int) {}};
}

} // namespace

TEST_CASE("departures: who is gone for CAF may not have told everybody yet") {
  node_actor_config config{1};
  caf::actor_system system(config);
  departures leaving;
  auto watched = system.spawn<caf::detached>(idle);
  leaving.expect(watched);
  std::promise<void> go_on;
  std::atomic<bool> told = false;
  // Somebody who monitors it, and is told slowly.
  watched->attach_functor([&](const caf::error&) {
    go_on.get_future().wait();
    told = true;
  });
  caf::anon_send_exit(watched, caf::exit_reason::user_shutdown);
  watched = nullptr;
  system.await_all_actors_done();
  CHECK_FALSE(told);
  go_on.set_value();
  leaving.wait();
  CHECK(told);
}
