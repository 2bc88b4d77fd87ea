// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/result.h>

#include <cstddef>
#include <string>

namespace troupe::actors::handlers {

/// Most topics, resources or keys that one request may name. An item of a few
/// bytes gets an answer of up to a hundred, so the frame's limit alone would
/// allow answers of gigabytes.
inline constexpr size_t request_items_max = 1'000'000;

/// Fails (the connection closes) when a request has more items than any
/// client sends.
inline result<void> check_item_count(size_t items) {
  if (items <= request_items_max)
    return {};
  return failure(storage::errc::invalid_argument,
                 std::to_string(items) + " items in one request");
}

} // namespace troupe::actors::handlers
