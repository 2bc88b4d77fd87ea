// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace troupe::actors {

/// Who waits until when. The owner arms one timer for the earliest; a tail
/// reader that fetches 10,000 times a second so needs two timers a second.
class deadlines {
public:
  using clock = std::chrono::steady_clock;

  void add(clock::time_point when, uint64_t id) { waiting_.emplace(when, id); }

  /// Forgets one that was added for `when`.
  void remove(clock::time_point when, uint64_t id);

  /// Takes out everything due at `now`.
  std::vector<uint64_t> expired(clock::time_point now);

  /// The time for which the owner should arm its timer now, if it has to:
  /// there is a deadline earlier than what is armed already.
  std::optional<clock::time_point> to_arm() const;
  void armed(clock::time_point when) { armed_ = when; }
  void fired() { armed_.reset(); }

  bool empty() const noexcept { return waiting_.empty(); }
  void clear() { waiting_.clear(); }

private:
  std::multimap<clock::time_point, uint64_t> waiting_;
  std::optional<clock::time_point> armed_;
};

} // namespace troupe::actors
