// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/problem.h>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace troupe::actors {

struct deterministic_config : caf::actor_system_config {
  deterministic_config() {
    set("scheduler.policy", caf::atom("testing"));
    set("logger.verbosity", caf::atom("quiet"));
  }
};

/// An actor system that moves only when a test says so: one thread, and a
/// clock that stands still until its timers are fired.
class actor_fixture {
public:
  actor_fixture()
      : scheduler_(dynamic_cast<caf::scheduler::test_coordinator&>(
          system_.scheduler())) {}

  caf::actor_system& system() noexcept { return system_; }

  /// Until nothing moves.
  void run() { scheduler_.run(); }

  /// Whoever is next reads one message.
  void step() { REQUIRE(scheduler_.try_run_once()); }

  /// Every timer that runs now is over.
  void fire_timers() {
    scheduler_.trigger_timeouts();
    scheduler_.run();
  }

  /// Time passes; timers that are over by then fire.
  void pass(std::chrono::milliseconds time) {
    scheduler_.advance_time(time);
    scheduler_.run();
  }

  /// Timers that have not fired.
  size_t pending_timers() { return scheduler_.clock().schedule().size(); }

  template <class Handle, class Message>
  void tell(const Handle& whom, Message x) {
    caf::anon_send(whom, std::move(x));
    run();
  }

  /// Empty until the answer comes.
  template <class Answer, class Handle, class Question>
  std::shared_ptr<std::optional<Answer>>
  start_asking(const Handle& whom, Question x) {
    auto answer = std::make_shared<std::optional<Answer>>();
    system_.spawn([=](caf::event_based_actor* self) mutable {
      self->request(whom, std::chrono::minutes(24 * 60), std::move(x))
          .then([answer](Answer& y) { *answer = std::move(y); },
                [](const caf::error&) {});
    });
    run();
    return answer;
  }

  template <class Answer, class Handle, class Question>
  Answer ask(const Handle& whom, Question x) {
    auto answer = start_asking<Answer>(whom, std::move(x));
    REQUIRE(answer->has_value());
    return std::move(**answer);
  }

  /// Remembers to end this actor with the test.
  template <class Handle>
  Handle keep(Handle x) {
    kept_.push_back(caf::actor_cast<caf::actor>(x));
    return x;
  }

  /// To be called by the destructor of what holds handles and files: timers
  /// keep actors alive until they fire.
  void end_actors() {
    for (auto& x : kept_)
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
    kept_.clear();
    run();
    fire_timers();
  }

private:
  deterministic_config config_;
  caf::actor_system system_{config_};
  caf::scheduler::test_coordinator& scheduler_;
  std::vector<caf::actor> kept_;
};

/// Whether `x` says exactly this.
template <class Code>
bool is(const problem& x, Code code) {
  auto found = std::get_if<Code>(&x.code);
  return found != nullptr && *found == code;
}

} // namespace troupe::actors
