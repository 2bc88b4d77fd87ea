// SPDX-License-Identifier: Apache-2.0
#include "stage_host.h"

#include "actor_system.h"
#include "built_in_stages.h"
#include "stage_worker_actor.h"

#include <caf/actor_system.hpp>
#include <spdlog/spdlog.h>

#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace troupe::actors {

namespace {

/// None of its actors is pooled.
constexpr size_t scheduler_threads = 1;
/// How long the end of a node waits for stages that are at work.
constexpr std::chrono::seconds patience{1};

std::shared_ptr<const stage_factories>
with_built_in(const stage_factories& own) {
  auto all = own;
  all.merge(built_in_stages());
  return std::make_shared<const stage_factories>(std::move(all));
}

/// What `f` threw for want of a thread.
std::optional<std::string> without_exception(const std::function<void()>& f) {
  try {
    f();
    return std::nullopt;
  } catch (const std::system_error& x) {
    return x.what();
  }
}

} // namespace

struct stage_host::home {
  node_actor_config config{scheduler_threads};
  caf::actor_system system{config};
};

stage_host::stage_host(const stage_factories& own)
    : factories_(with_built_in(own)) {}

stage_host::~stage_host() {
  if (!end())
    spdlog::warn("stages.left_behind reason=\"a stage has not returned, its "
                 "thread goes on\"");
}

bool stage_host::end() {
  std::lock_guard lock(guard_);
  if (home_ == nullptr)
    return true;
  std::promise<void> promise;
  auto done = promise.get_future();
  std::thread([old = std::move(home_), done = std::move(promise)]() mutable {
    old.reset();
    done.set_value();
  }).detach();
  return done.wait_for(patience) == std::future_status::ready;
}

started_stages
stage_host::start(const std::string& topic, reconfigure_stages stages) {
  auto alive = std::make_shared<const bool>(true);
  started_stages made;
  made.alive = alive;
  std::string why;
  std::lock_guard lock(guard_);
  auto spawn = [&] {
    if (home_ == nullptr)
      home_ = std::make_unique<home>();
    // Detached: nobody knows what stages do.
    made.actor = home_->system.spawn<caf::detached>(
        stage_worker, stage_worker_config{topic, std::move(stages), factories_,
                                          std::move(alive)});
  };
  // The process may have no thread left; that is no reason for an end. A thread
  // remembers the actor system that it spawned in last, which cannot end before
  // that is over: not the caller's, a lane's.
  try {
    std::thread([&] {
      if (auto failed = without_exception(spawn))
        why = std::move(*failed);
    }).join();
  } catch (const std::system_error& x) {
    why = x.what();
  }
  if (why.empty())
    return made;
  spdlog::error("stages.not_started topic={} reason=\"{}\"", topic, why);
  return {};
}

} // namespace troupe::actors
