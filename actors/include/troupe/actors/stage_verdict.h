// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#pragma GCC visibility push(default)

namespace troupe {

/// What a stage says of a record.
struct stage_verdict {
  enum class action : uint8_t {
    /// It goes on, as it is now.
    pass,
    /// It goes nowhere; its producer is told that all is well.
    drop,
    /// It goes to another topic instead.
    route,
    /// It goes to the topic of dead letters instead.
    dead_letter,
    /// Its batch is refused, and nothing of it goes anywhere.
    reject,
  };

  action what = action::pass;
  /// Where to, of `route`.
  std::string topic = {};
  /// A sentence for a person, of `dead_letter` and `reject`.
  std::string reason = {};
};

inline stage_verdict pass_record() {
  return {};
}
inline stage_verdict drop_record() {
  return {stage_verdict::action::drop};
}
inline stage_verdict route_record(std::string topic) {
  return {stage_verdict::action::route, std::move(topic)};
}
inline stage_verdict dead_letter(std::string reason) {
  return {stage_verdict::action::dead_letter, {}, std::move(reason)};
}
inline stage_verdict reject_record(std::string reason) {
  return {stage_verdict::action::reject, {}, std::move(reason)};
}

} // namespace troupe

#pragma GCC visibility pop
