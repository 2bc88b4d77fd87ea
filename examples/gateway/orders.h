// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "answer.h"
#include "page.h"
#include "refusal.h"
#include "target.h"

#include <troupe/actors/outgoing_record.h>
#include <troupe/storage/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What connections want of the actors. Functions in them are called by actors,
/// on threads that must not wait.
namespace gateway {

/// A body that is JSON, not looked at yet.
struct json_body {
  std::string text;
};

/// A body that is the value of one record.
struct value_body {
  std::string bytes;
};

/// Append records.
struct append_order {
  /// Names it; the bridge numbers orders.
  uint64_t number = 0;
  append_target to;
  std::variant<json_body, value_body, std::vector<troupe::outgoing_record>>
      what;
  /// Called once, unless the gateway ends first.
  std::function<void(answer)> told;
};

/// Read a partition.
struct read_order {
  uint64_t number = 0;
  troupe::storage::topic_partition what;
  troupe::storage::offset_t from = 0;
  page_format format = page_format::json;
  page_bounds bounds;
  /// Bytes that are read from the log at once.
  size_t block_bytes_max = 0;
  /// One page: when there is no record yet, so long is waited for one, and then
  /// the page is empty. None: pages as they are granted, without end.
  std::optional<std::chrono::milliseconds> wait;
  /// For a record that is in the log.
  std::chrono::milliseconds read_timeout{0};
  /// Called with each page; a refusal is the last call.
  std::function<void(outcome<page>)> told;
};

/// Grant pages to a reading; nothing happens when it has ended.
struct grant_pages {
  uint64_t number = 0;
  uint32_t pages = 0;
};

/// No more pages. One that waits is told an empty page.
struct end_reading {
  uint64_t number = 0;
};

} // namespace gateway
