// SPDX-License-Identifier: Apache-2.0
#include "lane_hosted.h"

#include <caf/scheduled_actor.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

namespace troupe::actors {

namespace {

/// Messages an actor handles before other actors get their turn.
constexpr size_t messages_per_turn = 64;

/// Actors that run before sockets get their turn.
constexpr size_t actors_per_turn = 64;

} // namespace

void lane_unit::exec_later(caf::resumable* job) {
  // A pooled actor woken by one of ours must not run on the network thread, nor
  // one of another actor system on the threads of this one.
  switch (job->subtype()) {
  case caf::resumable::scheduled_actor:
    static_cast<caf::scheduled_actor*>(job)->home_system().scheduler().enqueue(
        job);
    return;
  case caf::resumable::unspecified:
  case caf::resumable::function_object:
    system().scheduler().enqueue(job);
    return;
  case caf::resumable::io_actor:
    break;
  }
  if (!home_.running_in_this_thread()) {
    home_.post([this, job] { exec_later(job); });
    return;
  }
  ready_.push_back(job);
  if (!std::exchange(awake_, true))
    home_.post([this] { drain(); });
}

void lane_unit::drain() {
  for (size_t i = 0; i < actors_per_turn && !ready_.empty(); ++i) {
    auto job = ready_.front();
    ready_.pop_front();
    run(job);
  }
  awake_ = !ready_.empty();
  if (awake_)
    home_.post([this] { drain(); });
}

void lane_unit::run(caf::resumable* job) {
  switch (job->resume(this, messages_per_turn)) {
  case caf::resumable::resume_later:
    ready_.push_back(job);
    break;
  case caf::resumable::done:
  case caf::resumable::awaiting_message:
    caf::intrusive_ptr_release(job);
    break;
  case caf::resumable::shutdown_execution_unit:
    break;
  }
}

} // namespace troupe::actors
