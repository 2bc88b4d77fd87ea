// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/problem.h>

#include <optional>
#include <string>

namespace troupe::actors::handlers {

/// For `error_message` fields: null when there is nothing to say.
inline std::optional<std::string> text_of(const problem& x) {
  if (x.ok() || x.message.empty())
    return std::nullopt;
  return x.message;
}

} // namespace troupe::actors::handlers
