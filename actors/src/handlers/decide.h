// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../session.h"

#include <troupe/storage/assert.h>

#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

namespace troupe::actors::handlers {

/// How long a client that sent `timeout_ms` waits. Some send 0 for "do not
/// wait" and take any answer for the outcome, so they get the real one.
inline std::chrono::milliseconds patience(int32_t timeout_ms) {
  if (timeout_ms <= 0)
    return admin_timeout;
  return std::min<std::chrono::milliseconds>(
      std::chrono::milliseconds(timeout_ms), admin_timeout);
}

/// Asks the controller about `count` items. `then` runs once, always with
/// `count` results and an image; without items nobody is asked.
template <class Question, class Then>
void decide(session_state& session, std::chrono::milliseconds timeout,
            size_t count, Question question, Then then) {
  if (count == 0) {
    metadata_decided nothing;
    nothing.image = session.routes()->image;
    return then(nothing);
  }
  session.self
      ->request(session.shared->controller, timeout, std::move(question))
      .then(
          [then, count](const metadata_decided& x) {
            ASSERT(x.results.size() == count);
            ASSERT(x.image != nullptr);
            then(x);
          },
          [then, count, &session](const caf::error& e) {
            metadata_decided failed;
            failed.results.assign(count, to_problem(e));
            failed.image = session.routes()->image;
            then(failed);
          });
}

} // namespace troupe::actors::handlers
