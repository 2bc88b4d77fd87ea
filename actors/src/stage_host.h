// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stage_chain.h"

#include <troupe/actors/stage_interfaces.h>

#include <memory>
#include <mutex>
#include <string>

namespace troupe::actors {

/// Stages that run, and how to know that they are gone.
struct started_stages {
  stage_actor actor;
  /// Expires when the last call of a stage has returned.
  std::weak_ptr<const bool> alive;
};

/// Where the stages of a node run: an actor system of their own, made with the
/// first one, each topic's on a thread of its own. A stage that never returns
/// can be given up only with its thread; the node's own actor system must end
/// without it. Thread safe.
class stage_host {
public:
  /// Those built in, and `own`, which win.
  explicit stage_host(const stage_factories& own);
  /// As `end`.
  ~stage_host();
  stage_host(const stage_host&) = delete;
  stage_host& operator=(const stage_host&) = delete;

  /// Waits a moment for stages at work, whose desks have let them go. False:
  /// some did not return, and keep their thread and what they need.
  bool end();

  /// Nobody when the system has no thread for them.
  started_stages start(const std::string& topic, reconfigure_stages stages);

private:
  struct home;

  std::shared_ptr<const stage_factories> factories_;
  std::mutex guard_;
  std::unique_ptr<home> home_;
};

} // namespace troupe::actors
