// SPDX-License-Identifier: Apache-2.0
#include "supervised_stages.h"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace troupe::actors {

void supervised_stages::open(const char* what, std::string topic,
                             reconfigure_stages x, starter start,
                             uint64_t seed) {
  what_ = what;
  topic_ = std::move(topic);
  stages_ = std::move(x);
  start_ = std::move(start);
  random_.seed(seed);
}

void supervised_stages::reconfigure(reconfigure_stages x) {
  stages_ = std::move(x);
  outdated_ = true;
  // Nothing is known of them.
  watch_.pause_over();
  watch_.worked();
}

void supervised_stages::renew() {
  if (std::exchange(outdated_, false))
    drop();
}

stage_turn supervised_stages::turn() {
  return watch_.turn(stages_.config, count_hung());
}

const stage_actor& supervised_stages::worker() {
  if (started_.actor == nullptr)
    started_ = start_(stages_);
  return started_.actor;
}

int64_t supervised_stages::give_up(stage_failure how, const problem& why) {
  if (how == stage_failure::hung)
    hung_.push_back(started_.alive);
  drop();
  auto pause_ms = how == stage_failure::unmade
                      ? watch_.cannot_be_made(why, random_())
                      : watch_.failed(random_());
  spdlog::warn("{}.failed topic={} pause_ms={} hung={} reason=\"{}\"", what_,
               topic_, pause_ms, hung_.size(), why.message);
  return pause_ms;
}

void supervised_stages::drop() {
  if (started_.actor != nullptr)
    caf::anon_send_exit(started_.actor, caf::exit_reason::user_shutdown);
  started_ = {};
}

size_t supervised_stages::count_hung() {
  if (started_.actor != nullptr)
    return 0;
  std::erase_if(hung_, [](const auto& x) { return x.expired(); });
  return hung_.size();
}

} // namespace troupe::actors
