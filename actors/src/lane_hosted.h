// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/lane.h>

#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/execution_unit.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/resumable.hpp>
#include <caf/stateful_actor.hpp>

#include <deque>
#include <utility>

namespace troupe::actors {

/// Runs CAF actors on a lane's thread. Lives as long as its actor system.
///
/// Actors that wake each other (session, partition, session again) run one
/// after the other in a single turn of the lane, so a fetch costs one trip
/// through the event loop instead of one per message.
class lane_unit final : public caf::execution_unit {
public:
  lane_unit(caf::actor_system& system, transport::lane& home)
    : caf::execution_unit(&system), home_(home) {}

  /// Takes over one reference of `job`. Any thread.
  void exec_later(caf::resumable* job) override;

  /// On the lane's thread: what becomes ready from now on runs in `end_turn`,
  /// which must follow before the event loop goes on, instead of in a turn of
  /// its own.
  void begin_turn() noexcept { awake_ = true; }
  void end_turn() { drain(); }

  transport::lane& home() noexcept { return home_; }

private:
  /// Runs what is ready, up to a bound, on the lane's thread.
  void drain();
  void run(caf::resumable* job);

  transport::lane& home_;
  /// Touched on the lane's thread only.
  std::deque<caf::resumable*> ready_;
  /// `drain` is running, posted or promised.
  bool awake_ = false;
};

/// Mixin: whoever sends, the mailbox is drained on the actor's own lane.
/// Spawned without a lane (in deterministic tests) it is an ordinary actor.
template <class Base>
class lane_hosted : public Base {
public:
  explicit lane_hosted(caf::actor_config& config)
    : Base(config), home_(dynamic_cast<lane_unit*>(config.host)) {}

  using Base::enqueue;

  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* by) override {
    Base::enqueue(std::move(what), home_ != nullptr ? home_ : by);
  }

  void enqueue(caf::strong_actor_ptr from, caf::message_id id,
               caf::message what, caf::execution_unit* by) override {
    Base::enqueue(std::move(from), id, std::move(what),
                  home_ != nullptr ? home_ : by);
  }

  caf::resumable::subtype_t subtype() const override {
    return home_ != nullptr ? caf::resumable::io_actor : Base::subtype();
  }

  void launch(caf::execution_unit* by, bool lazy, bool hide) override {
    Base::launch(home_ != nullptr ? home_ : by, lazy, hide);
  }

  /// Null in deterministic tests.
  lane_unit* home() const noexcept { return home_; }

private:
  lane_unit* home_;
};

/// What the function of an actor on a lane takes as `self`.
template <class Handle, class State>
using lane_pointer
  = caf::stateful_actor<State, lane_hosted<typename Handle::base>>*;

/// Spawns a function-based actor on `home`, or on the system's scheduler when
/// `home` is null.
template <class F, class... Ts>
auto spawn_on(caf::actor_system& system, lane_unit* home, F fun, Ts&&... xs) {
  caf::actor_config config{home};
  return system.spawn_functor<caf::no_spawn_options>(
    std::true_type{}, config, fun, std::forward<Ts>(xs)...);
}

} // namespace troupe::actors
