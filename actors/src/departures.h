// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor_cast.hpp>
#include <caf/error.hpp>

#include <cstddef>
#include <memory>

namespace troupe::actors {

/// Waits until actors whom other nodes can watch told everybody that they
/// ended. CAF counts an actor as gone before it tells those who monitor it.
/// Whoever ends the network in between leaves a last message to CAF's broker
/// that nobody takes; it holds the actor, and the end of the actor system waits
/// for the actor's thread, for ever, should it have one. Any thread.
class departures {
public:
  departures();

  /// Right after the spawn, before anybody else knows the actor: CAF tells the
  /// one who asked first last.
  template <class Handle>
  void expect(const Handle& actor) {
    begin();
    caf::actor_cast<caf::abstract_actor*>(actor)->attach_functor(
        [state = state_](const caf::error&) { end(*state); });
  }
  /// Returns when all of them are gone.
  void wait();

private:
  struct shared;

  void begin();
  static void end(shared& x);

  /// Shared with what CAF runs at the end of each actor, which may be later
  /// than the end of this.
  std::shared_ptr<shared> state_;
};

} // namespace troupe::actors
