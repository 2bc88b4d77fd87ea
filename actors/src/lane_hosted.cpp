// SPDX-License-Identifier: Apache-2.0
#include "lane_hosted.h"

#include <caf/scheduler/abstract_coordinator.hpp>

namespace troupe::actors {

namespace {

/// Messages an actor handles before sockets and other actors get their turn.
constexpr size_t messages_per_turn = 64;

} // namespace

void lane_unit::exec_later(caf::resumable* job) {
  // A pooled actor woken by one of ours must not run on the network thread.
  if (job->subtype() != caf::resumable::io_actor) {
    system().scheduler().enqueue(job);
    return;
  }
  home_.post([this, job] { run(job); });
}

void lane_unit::run(caf::resumable* job) {
  switch (job->resume(this, messages_per_turn)) {
    case caf::resumable::resume_later:
      home_.post([this, job] { run(job); });
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
