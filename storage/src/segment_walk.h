// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fenced_ranges.h"
#include "segment.h"

#include <troupe/storage/record_batch.h>
#include <troupe/storage/result.h>

#include <cstdint>
#include <functional>

namespace troupe::storage {

/// What to do about a batch that cannot be read.
enum class on_damage : uint8_t { fail, skip };

/// A batch that was met on a walk through a log.
struct walked_batch {
  const batch_header& header;
  segment& in;
  uint64_t position;
};

/// Returns false to stop the walk.
using batch_visitor = std::function<result<bool>(const walked_batch&)>;

/// Calls `visit` for each batch of `in` from the one that holds `from` on;
/// false when `visit` said stop. Fenced ranges are skipped. Needs
/// `prepare_indexes`; blocks.
result<bool> walk_segment(segment& in, const fenced_ranges& fences,
                          offset_t from, on_damage policy,
                          const batch_visitor& visit);

} // namespace troupe::storage
