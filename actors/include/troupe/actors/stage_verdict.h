// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#pragma GCC visibility push(default)

namespace troupe {

/// What a stage says of a record. A view says `pass` or `drop`.
struct stage_verdict {
  /// What is done with it.
  enum class action : uint8_t {
    /// It goes on, as it is now.
    pass,
    /// It goes nowhere; its producer is told that all is well. As a view's: it
    /// is not shown.
    drop,
    /// It goes to another topic instead.
    route,
    /// It goes to the topic of dead letters instead.
    dead_letter,
    /// Its batch is refused, and nothing of it goes anywhere.
    reject,
  };

  /// The functions below make one.
  action what = action::pass;
  /// Where to, of `route`.
  std::string topic = {};
  /// A sentence for a person, of `dead_letter` and `reject`.
  std::string reason = {};
};

/// The record goes on, with what was changed.
inline stage_verdict pass_record() {
  return {};
}
/// It goes nowhere.
inline stage_verdict drop_record() {
  return {stage_verdict::action::drop};
}
/// It goes to that topic instead, which must exist.
inline stage_verdict route_record(std::string topic) {
  return {stage_verdict::action::route, std::move(topic)};
}
/// It goes to the topic of dead letters; of the reason 1,000 bytes do.
inline stage_verdict dead_letter(std::string reason) {
  return {stage_verdict::action::dead_letter, {}, std::move(reason)};
}
/// Its batch is refused; its producer is told the first 1,000 bytes of why.
inline stage_verdict reject_record(std::string reason) {
  return {stage_verdict::action::reject, {}, std::move(reason)};
}

} // namespace troupe

#pragma GCC visibility pop
