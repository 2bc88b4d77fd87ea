// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/problem.h>
#include <troupe/cluster/retry_pause.h>
#include <troupe/cluster/stage_config.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace troupe::actors {

/// Threads of one topic on which stages hang; beyond it no others are begun
/// until one comes back.
inline constexpr size_t hung_stages_max = 4;

/// What is done about the next batch.
struct stage_turn {
  enum class action : uint8_t {
    /// The stages look at it.
    ask,
    /// It goes to its partition as it came.
    pass,
    /// It waits until the pause after a failure is over.
    wait,
    /// It goes back to its producer.
    refuse,
  };
  action what = action::ask;
  problem why = {};
};

/// Decides whether the stages of a topic can be asked, as they fail and come
/// back: each failure makes the pause before the next try longer.
class stage_watch {
public:
  /// `hung`: threads that do not return; 0 while there are stages to ask.
  stage_turn turn(const cluster::stage_config& config, size_t hung) const;

  /// The stages failed: a pause of so many milliseconds begins.
  int64_t failed(uint64_t random);
  /// The same, and there is no hope for batches that wait: the stages cannot be
  /// made.
  int64_t cannot_be_made(const problem& why, uint64_t random);
  void pause_over();
  /// A batch came through.
  void worked() noexcept { pause_.succeeded(); }

  bool paused() const noexcept { return paused_; }

private:
  static constexpr int64_t pause_ms_least = 100;
  static constexpr int64_t pause_ms_most = 10'000;

  cluster::retry_pause pause_{pause_ms_least, pause_ms_most};
  bool paused_ = false;
  std::optional<problem> unmade_;
};

} // namespace troupe::actors
