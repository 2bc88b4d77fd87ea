// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stage_host.h"
#include "stage_watch.h"

#include <troupe/actors/stage_interfaces.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace troupe::actors {

/// How stages failed.
enum class stage_failure : uint8_t {
  /// One threw, or the worker is gone.
  crashed,
  /// They did not return in time: the thread is given up with them.
  hung,
  /// They could not be made.
  unmade,
};

/// The stages of one topic in the hands of its desk: made when they are asked
/// for, given up when they fail, made anew after a pause. One thread.
class supervised_stages {
public:
  using starter = std::function<started_stages(const reconfigure_stages&)>;

  /// `what` they are called, a literal, and `topic` are for the log.
  void open(const char* what, std::string topic, reconfigure_stages x,
            starter start, uint64_t seed);

  const cluster::stage_config& config() const noexcept {
    return stages_.config;
  }
  /// Others, from the next `renew` on.
  void reconfigure(reconfigure_stages x);
  /// Lets go those of an older configuration. Not while they are at work.
  void renew();
  /// Those there are have an older configuration.
  bool outdated() const noexcept { return outdated_; }

  /// What is done about what comes next.
  stage_turn turn();
  /// Whom to ask then. Null: no thread could be begun.
  const stage_actor& worker();

  void worked() noexcept { watch_.worked(); }
  /// They are let go; `pause_over` is due after so many milliseconds.
  int64_t give_up(stage_failure how, const problem& why);
  void pause_over() { watch_.pause_over(); }

  /// Ends those there are.
  void drop();

private:
  /// Those given up that have not come back.
  size_t count_hung();

  const char* what_ = "";
  std::string topic_;
  reconfigure_stages stages_;
  starter start_;
  std::mt19937_64 random_;
  stage_watch watch_;
  started_stages started_;
  /// The configuration has changed since they were made.
  bool outdated_ = false;
  std::vector<std::weak_ptr<const bool>> hung_;
};

} // namespace troupe::actors
