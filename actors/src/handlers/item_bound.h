// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/result.h>

#include <cstddef>
#include <string>

namespace troupe::actors::handlers {

/// Most topics, partitions or resources that one request may name: all
/// partitions of a node that is full, with their topics. An item of a few
/// bytes gets an answer of up to a hundred, so the frame's limit alone would
/// allow answers of gigabytes.
inline constexpr size_t request_items_max = 200'000;

/// Most items that the controller is asked to decide at once: everybody else
/// waits for it meanwhile.
inline constexpr size_t metadata_changes_max = 10'000;

/// Fails (the connection closes) when a request has more items than any
/// client sends.
inline result<void>
check_item_count(size_t items, size_t items_max = request_items_max) {
  if (items <= items_max)
    return {};
  return failure(storage::errc::invalid_argument,
                 std::to_string(items) + " items in one request");
}

/// Topics of a request and the partitions named in them.
template <class Topics, class Partitions>
size_t count_items(const Topics& topics, Partitions partitions) {
  auto count = topics.size();
  for (const auto& topic : topics)
    count += (topic.*partitions).size();
  return count;
}

} // namespace troupe::actors::handlers
